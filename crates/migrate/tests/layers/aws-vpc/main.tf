# The account's default network, adopted. Nothing here is created, and nothing is deleted.

resource "aws_default_vpc" "default" {
  enable_dns_support   = true
  enable_dns_hostnames = true
}

resource "aws_default_subnet" "default" {
  count = length(var.availability_zones)

  availability_zone = var.availability_zones[count.index]

  # The default subnets come with the default VPC.
  depends_on = [aws_default_vpc.default]
}

# Adopting the group removes every rule that is not listed.
resource "aws_default_security_group" "default" {
  vpc_id = aws_default_vpc.default.id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
