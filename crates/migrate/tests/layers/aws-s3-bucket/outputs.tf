output "bucket_name" {
  description = "Name of the bucket, for the backend blocks of the other layers."
  value       = aws_s3_bucket.states.id
}

output "bucket_arn" {
  value = aws_s3_bucket.states.arn
}
