data "terraform_remote_state" "ecr" {
  backend = "s3"

  config = {
    bucket = "acme-terraform-states"
    key    = "aws-ecr/terraform.tfstate"
    region = "us-east-1"
  }
}

data "terraform_remote_state" "vpc" {
  backend = "s3"

  config = {
    bucket = "acme-terraform-states"
    key    = "aws-vpc/terraform.tfstate"
    region = "us-east-1"
  }
}

data "terraform_remote_state" "ecs" {
  backend = "s3"

  config = {
    bucket = "acme-terraform-states"
    key    = "aws-ecs/terraform.tfstate"
    region = "us-east-1"
  }
}

data "terraform_remote_state" "rds" {
  backend = "s3"

  config = {
    bucket = "acme-terraform-states"
    key    = "aws-rds/terraform.tfstate"
    region = "us-east-1"
  }
}
