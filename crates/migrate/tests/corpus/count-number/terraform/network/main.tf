provider "aws" {
  region = "us-east-1"
}

locals {
  zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

# One subnet per zone.
resource "aws_subnet" "private" {
  count = 3

  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index + 10)
  availability_zone = local.zones[count.index]

  tags = {
    Name = "private-${count.index}"
  }
}

resource "aws_cloudwatch_log_group" "flow" {
  count = 3

  name = "/flow/${aws_subnet.private[count.index].id}"
}

resource "aws_ecr_repository" "only" {
  count = 1

  name = "only-one"
}

output "first_subnet_id" {
  value = aws_subnet.private[0].id
}

output "subnet_ids" {
  value = aws_subnet.private[*].id
}

output "zones" {
  value = aws_subnet.private.*.availability_zone
}

output "repository_url" {
  value = aws_ecr_repository.only[0].repository_url
}
