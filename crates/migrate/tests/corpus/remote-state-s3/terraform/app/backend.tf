terraform {
  backend "s3" {
    bucket = "acme-terraform"
    key    = "app/terraform.tfstate"
    region = "us-east-1"
  }
}
