terraform {
  backend "s3" {
    bucket = "acme-terraform"
    key    = "vpc/terraform.tfstate"
    region = "us-east-1"
  }
}
