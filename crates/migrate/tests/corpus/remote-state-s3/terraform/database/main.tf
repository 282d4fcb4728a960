provider "aws" {
  region = var.region
}

# Only where the state of the other layer lies.
variable "region" {
  default = "us-east-1"
}

data "terraform_remote_state" "vpc" {
  backend = "s3"

  config = {
    bucket = "acme-terraform"
    key    = "vpc/terraform.tfstate"
    region = var.region
  }
}

resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = data.terraform_remote_state.vpc.outputs.subnet_ids
}

resource "aws_security_group" "database" {
  name   = "database"
  vpc_id = data.terraform_remote_state.vpc.outputs.vpc_id
}

output "security_group_id" {
  value = aws_security_group.database.id
}

# The application needs no third state this way.
output "database_vpc_id" {
  value = data.terraform_remote_state.vpc.outputs.vpc_id
}
