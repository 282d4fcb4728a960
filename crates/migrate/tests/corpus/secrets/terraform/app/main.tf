terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

data "terraform_remote_state" "database" {
  backend = "local"

  config = {
    path = "../database/terraform.tfstate"
  }
}

resource "aws_ecs_task_definition" "shop" {
  family = "shop"

  container_definitions = jsonencode([
    {
      name   = "shop"
      image  = "acme/shop:2.0"
      memory = 256
      environment = [
        { name = "DB_HOST", value = data.terraform_remote_state.database.outputs.address },
        { name = "DB_PASSWORD", value = data.terraform_remote_state.database.outputs.password },
      ]
    },
  ])
}
