# Images and logs.

# -----------------------------------------------------------------------------
# Registry
# -----------------------------------------------------------------------------

resource "aws_ecr_repository" "shop" {
  name                 = "shop"
  image_tag_mutability = "IMMUTABLE" # a tag is a release

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_cloudwatch_log_group" "shop" {
  name              = "/shop/${aws_ecr_repository.shop.name}"
  retention_in_days = "14" /* two weeks */
  # kms_key_id = "none so far"
}
