terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.copies]
    }
  }
}

variable "name" {
  type = string
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
}

resource "aws_s3_bucket" "copies" {
  provider = aws.copies
  bucket   = "${var.name}-copies"
}

output "id" {
  value = aws_s3_bucket.this.id
}

output "copies" {
  value = aws_s3_bucket.copies.id
}
