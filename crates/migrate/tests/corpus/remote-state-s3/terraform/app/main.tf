provider "aws" {
  region = "us-east-1"
}

data "terraform_remote_state" "database" {
  backend = "s3"

  config = {
    bucket = "acme-terraform"
    key    = "database/terraform.tfstate"
    region = "us-east-1"
  }
}

locals {
  database = data.terraform_remote_state.database.outputs
}

resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = local.database.database_vpc_id
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.app.id
  referenced_security_group_id = data.terraform_remote_state.database.outputs.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
}
