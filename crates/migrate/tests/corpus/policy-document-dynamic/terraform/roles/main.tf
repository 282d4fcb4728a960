variable "roles" {
  description = "What each role may do with objects"
  type        = map(list(string))
  default = {
    reader = ["s3:GetObject"]
    writer = ["s3:GetObject", "s3:PutObject"]
  }
}

variable "buckets" {
  type    = list(string)
  default = ["documents", "invoices"]
}

variable "encrypted" {
  type    = bool
  default = true
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    dynamic "principals" {
      for_each = ["ec2", "lambda"]
      content {
        type        = "Service"
        identifiers = ["${principals.value}.amazonaws.com"]
      }
    }
  }
}

data "aws_iam_policy_document" "objects" {
  for_each = var.roles

  # Each bucket by itself.
  dynamic "statement" {
    for_each = var.buckets
    content {
      sid       = "Bucket${statement.key}"
      actions   = each.value
      resources = ["arn:aws:s3:::acme-${statement.value}/*"]
    }
  }

  # Nobody reads keys.
  dynamic "statement" {
    for_each = ["us-east-1"]
    content {
      effect      = "Deny"
      not_actions = ["s3:*", "kms:Decrypt"]
      resources   = ["*"]
      condition {
        test     = "StringNotEquals"
        variable = "aws:RequestedRegion"
        values   = [statement.value]
      }
    }
  }

  dynamic "statement" {
    for_each = var.encrypted ? [1] : []
    content {
      actions   = ["kms:Decrypt"]
      resources = ["*"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each           = var.roles
  name               = "acme-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "objects" {
  for_each = var.roles
  name     = "objects"
  role     = aws_iam_role.this[each.key].id
  policy   = data.aws_iam_policy_document.objects[each.key].json
}
