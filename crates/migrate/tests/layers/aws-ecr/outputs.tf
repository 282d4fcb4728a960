output "repository_url" {
  description = "Where the WordPress image is pushed to."
  value       = aws_ecr_repository.wordpress.repository_url
}

output "repository_arn" {
  value = aws_ecr_repository.wordpress.arn
}
