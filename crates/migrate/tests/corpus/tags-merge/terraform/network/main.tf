provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      Project = "shop" # for the bill
      Layer   = "network"
    }
  }
}

locals {
  tags = {
    Team = "platform"
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = merge(local.tags, { Name = "shop" })
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id

  tags = merge(
    local.tags,
    {
      Name = "web"
      Tier = "public"
    },
  )
}
