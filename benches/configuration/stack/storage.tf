# What customers send in, as they sent it. Objects are read for some weeks and kept for as long as the contract says; the
# classes in which they lie follow from that.
resource "aws_s3_bucket" "data_0" {
  bucket = "${local.name}-data-0-${local.account}"

  tags = merge(local.tags, {
    Owner          = var.owner
    Classification = "internal"
  })
}

resource "aws_s3_bucket_versioning" "data_0" {
  bucket = aws_s3_bucket.data_0.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "data_0" {
  bucket = aws_s3_bucket.data_0.id

  rule {
    id     = "cool"
    status = "Enabled"
    filter {}

    transition {
      days          = 60
      storage_class = "INTELLIGENT_TIERING"
    }

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "data_0" {
  bucket = aws_s3_bucket.data_0.id
  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "DenyPlainHttp",
          "Effect": "Deny",
          "Principal": "*",
          "Action": "s3:*",
          "Resource": ["${aws_s3_bucket.data_0.arn}", "${aws_s3_bucket.data_0.arn}/*"],
          "Condition": { "Bool": { "aws:SecureTransport": "false" } }
        }
      ]
    }
  POLICY
}

# What was stored, and by whom. The table is small, but losing it means reading all objects again, which took two days
# the last time.
resource "aws_dynamodb_table" "index_0" {
  name         = "${local.name}-index-0"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  range_key    = "created"

  dynamic "attribute" {
    for_each = { id = "S", created = "N", owner = "S" }
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  deletion_protection_enabled = local.is_production

  global_secondary_index {
    name            = "owner"
    hash_key        = "owner"
    projection_type = "ALL"
  }
}
