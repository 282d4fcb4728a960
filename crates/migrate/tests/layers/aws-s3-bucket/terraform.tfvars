bucket_name = "acme-terraform-states"
