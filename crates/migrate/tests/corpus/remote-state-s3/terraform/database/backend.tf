terraform {
  backend "s3" {
    bucket = "acme-terraform"
    key    = "database/terraform.tfstate"
    region = "us-east-1"
  }
}
