variable "archive" {
  type    = bool
  default = true
}

variable "replicate" {
  type    = bool
  default = false
}

module "site" {
  source   = "../modules/bucket"
  for_each = toset(["blog", "shop"])
  name     = "acme-${each.key}"
}

module "shard" {
  source = "../modules/bucket"
  count  = 2
  name   = "acme-shard-${count.index}"
}

module "archive" {
  source = "../modules/bucket"
  count  = var.archive ? 1 : 0
  name   = "acme-archive"
}

module "replica" {
  source = "../modules/bucket"
  count  = var.replicate ? 1 : 0
  name   = "acme-replica"
}

module "tenant" {
  source   = "../modules/tenant"
  for_each = toset(["a", "b"])
  name     = each.key
}

resource "aws_s3_bucket" "index" {
  bucket = "acme-index"

  tags = {
    Sites    = join(" ", [for key, site in module.site : site.id])
    Names    = join(" ", values(module.site)[*].id)
    Shards   = join(" ", module.shard[*].id)
    Archive  = one(module.archive[*].id)
    Archived = length(module.archive) > 0 ? "yes" : "no"
    Replica  = try(module.replica[0].id, "none")
    Replicas = length(module.replica)
    Tenants  = join(" ", [for tenant in module.tenant : tenant.ids["logs"]])
  }

  depends_on = [module.shard]
}

output "sites" {
  value = { for key, site in module.site : key => site.id }
}

output "tenants" {
  value = { for key, tenant in module.tenant : key => tenant.ids }
}

output "replicas" {
  value = module.replica[*].id
}
