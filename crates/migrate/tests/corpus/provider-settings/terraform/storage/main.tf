terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "region" {
  description = "Where everything but the copies lives"
  type        = string
  default     = "us-east-1"
}

variable "account" {
  type    = string
  default = "123456789012"
}

provider "aws" {
  region              = var.region
  profile             = "acme"
  allowed_account_ids = [var.account]

  assume_role {
    role_arn     = "arn:aws:iam::${var.account}:role/deploy"
    session_name = "terraform"
  }

  ignore_tags {
    key_prefixes = ["cost:"]
  }
}

# Copies of what must not be lost.
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

# Another name for the same place.
provider "aws" {
  alias  = "billing"
  region = "us-east-1"
}

resource "aws_s3_bucket" "documents" {
  bucket = "acme-documents-${var.region}"
}

resource "aws_s3_bucket" "copies" {
  provider = aws.west
  bucket   = "acme-documents-copies"
}

resource "aws_s3_bucket" "invoices" {
  provider = aws.billing
  bucket   = "acme-invoices"
}
