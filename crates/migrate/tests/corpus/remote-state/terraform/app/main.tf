provider "aws" {
  region = "us-east-1"
}

# What the network layer says.
data "terraform_remote_state" "network" {
  backend = "local"

  config = {
    path = "../network/terraform.tfstate"
  }
}

resource "aws_security_group" "app" {
  name        = "app"
  description = "HTTP from inside the network"
  vpc_id      = data.terraform_remote_state.network.outputs.vpc_id

  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = [data.terraform_remote_state.network.outputs.vpc_cidr]
  }
}

resource "aws_cloudwatch_log_group" "app" {
  name = "/app/${data.terraform_remote_state.network.outputs["private_subnet_id"]}"
}

output "security_group_id" {
  value = aws_security_group.app.id
}
