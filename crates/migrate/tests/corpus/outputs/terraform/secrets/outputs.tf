output "environment" {
  value = var.environment
}

output "arn" {
  description = "ARN of the token's secret."
  value       = aws_secretsmanager_secret.token.arn
  sensitive   = true
}

output "log_group" {
  value      = aws_cloudwatch_log_group.access.name
  depends_on = [aws_secretsmanager_secret.token]
}
