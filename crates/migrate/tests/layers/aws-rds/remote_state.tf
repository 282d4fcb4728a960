data "terraform_remote_state" "vpc" {
  backend = "s3"

  config = {
    bucket = "acme-terraform-states"
    key    = "aws-vpc/terraform.tfstate"
    region = "us-east-1"
  }
}
