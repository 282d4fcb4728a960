variable "cidr" {
  type = string
}

variable "subnets" {
  type = map(object({
    cidr   = string
    public = optional(bool, false)
    tags   = optional(map(string), {})
  }))
}

locals {
  tags = { ManagedBy = "terraform", Module = path.module }
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  tags       = local.tags
}

resource "aws_subnet" "this" {
  for_each = var.subnets

  vpc_id                  = aws_vpc.this.id
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = each.value.public
  tags                    = merge(local.tags, each.value.tags)
}
