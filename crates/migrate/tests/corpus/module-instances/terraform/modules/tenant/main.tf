variable "name" {
  type = string
}

module "bucket" {
  source   = "../bucket"
  for_each = toset(["data", "logs"])
  name     = "acme-${var.name}-${each.value}"
}

output "ids" {
  value = { for key, bucket in module.bucket : key => bucket.id }
}
