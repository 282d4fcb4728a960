variable "extra" {
  type    = list(string)
  default = []
}

variable "without_logs" {
  type    = bool
  default = false
}

resource "aws_s3_bucket" "extra" {
  count  = length(var.extra) > 0 ? 1 : 0 # only with names
  bucket = "acme-extra"
}

resource "aws_s3_bucket" "logs" {
  count  = var.without_logs ? 0 : 1
  bucket = "acme-logs"
}

resource "aws_s3_bucket" "plain" {
  # One for each zone.
  count  = 2
  bucket = "acme-plain-${count.index}"
}

resource "aws_s3_bucket" "index" {
  bucket = "acme-index"

  tags = {
    All     = join(" ", concat(aws_s3_bucket.extra[*].id, aws_s3_bucket.logs.*.id, aws_s3_bucket.plain[*].id))
    First   = element(concat(aws_s3_bucket.extra.*.id, aws_s3_bucket.logs.*.id, [""]), 0)
    Extra   = try(aws_s3_bucket.extra[0].id, "none")
    Logs    = length(aws_s3_bucket.logs) > 0 ? aws_s3_bucket.logs[0].id : "none"
    Regions = join(" ", [for bucket in aws_s3_bucket.plain : bucket.region])
    # Terraform makes another one in every plan.
    Stamp = uuid()
  }

  lifecycle {
    ignore_changes = [tags["Stamp"]]
  }
}

output "extra" {
  value = length(aws_s3_bucket.extra) == 0 ? null : aws_s3_bucket.extra[0].arn
}
