provider "aws" {
  region = "us-east-1"
}

variable "keep_uploads" {
  description = "Whether old versions of uploads are kept."
  type        = bool
  default     = true
}

module "state" {
  source = "../modules/bucket"

  name      = "acme-state"
  versioned = true
}

module "cache" {
  source = "../modules/bucket"

  name = "acme-cache"
}

module "uploads" {
  source = "../modules/bucket"

  name      = "acme-uploads"
  versioned = var.keep_uploads
}

output "versioned" {
  value = {
    state   = module.state.versioning_id
    uploads = module.uploads.versioning_id
  }
}
