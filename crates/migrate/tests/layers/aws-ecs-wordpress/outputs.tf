output "service_name" {
  value = module.wordpress.service_name
}

output "url" {
  description = "Where WordPress says that it is."
  value       = "http://${var.domain}"
}
