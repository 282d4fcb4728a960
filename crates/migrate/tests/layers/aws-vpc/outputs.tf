output "vpc_id" {
  value = aws_default_vpc.default.id
}

output "availability_zone" {
  description = "The zone that everything with a zone of its own lives in."
  value       = var.availability_zones[0]
}

output "subnet_ids" {
  description = "Subnets for the tasks."
  value       = aws_default_subnet.default[*].id
}

output "default_security_group_id" {
  value = aws_default_security_group.default.id
}
