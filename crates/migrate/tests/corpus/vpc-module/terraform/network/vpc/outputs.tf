output "vpc_id" {
  value = try(aws_vpc.this[0].id, null)
}
output "public_subnets" {
  value = aws_subnet.public[*].id
}
output "private_subnets" {
  value = aws_subnet.private[*].id
}
output "private_subnets_cidr_blocks" {
  value = compact(aws_subnet.private[*].cidr_block)
}
output "database_subnets" {
  value = aws_subnet.database[*].id
}
output "flow_log_group" {
  value = try(aws_cloudwatch_log_group.flow_log[0].arn, null)
}
