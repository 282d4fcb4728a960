provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

module "documents" {
  source = "../modules/bucket"
  name   = "acme-documents"
  providers = {
    aws        = aws
    aws.copies = aws.west
  }
}

module "west" {
  source = "../modules/bucket"
  name   = "acme-west"
  providers = {
    aws        = aws.west
    aws.copies = aws
  }
}

resource "aws_s3_bucket" "index" {
  bucket = "acme-index"
  tags = {
    Documents = module.documents.id
    Copies    = module.documents.copies
  }
}
