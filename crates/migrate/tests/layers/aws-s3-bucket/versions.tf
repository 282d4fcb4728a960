terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }

  # The bucket holds the state of its own layer, too. To build it from nothing: comment this block
  # out, apply, put it back and run `terraform init -migrate-state`.
  backend "s3" {
    bucket  = "acme-terraform-states"
    key     = "aws-s3-bucket/terraform.tfstate"
    region  = "us-east-1"
    encrypt = true
  }
}
