"""Makes the bucket `acme` that everybody may read."""

import json
import sys

import boto3

client = boto3.client(
    "s3",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="AKTEST",
    aws_secret_access_key="SKTEST",
)
client.create_bucket(Bucket="acme")
statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*"}
client.put_bucket_policy(Bucket="acme", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
