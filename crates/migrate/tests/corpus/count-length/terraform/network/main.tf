provider "aws" {
  region = "us-east-1"
}

variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}

variable "zones" {
  description = "Zones that subnets lie in."
  type        = list(string)
  default     = ["us-east-1a", "us-east-1b"]
}

resource "aws_vpc" "main" {
  cidr_block = var.cidr
}

resource "aws_subnet" "public" {
  count = length(var.zones)

  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet(var.cidr, 4, count.index)
  availability_zone       = element(var.zones, count.index)
  map_public_ip_on_launch = true

  tags = {
    Name = "public-${var.zones[count.index]}"
    Tier = "public"
  }
}

resource "aws_security_group" "zone" {
  count = length(var.zones)

  name        = "zone-${count.index + 1}"
  description = "Around ${element(aws_subnet.public[*].id, count.index)}"
  vpc_id      = aws_vpc.main.id
}

output "subnet_ids" {
  value = join(",", aws_subnet.public[*].id)
}
