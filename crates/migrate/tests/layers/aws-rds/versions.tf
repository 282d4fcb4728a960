terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }

  backend "s3" {
    bucket  = "acme-terraform-states"
    key     = "aws-rds/terraform.tfstate"
    region  = "us-east-1"
    encrypt = true
  }
}
