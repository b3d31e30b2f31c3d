//! Where a repository is published: a directory, or a bucket of an object store.

use std::fmt;
use std::str::FromStr;

/// `PATH`, `file:PATH`, `s3://BUCKET/PREFIX`, `gs://…`, `az://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepoLocation {
    /// A directory of this machine, absolute or relative.
    Directory(String),
    /// A bucket.
    Bucket {
        /// Whose.
        service: Service,
        /// Its name; Azure's are containers.
        bucket: String,
        /// What all paths begin with, without slashes at its ends; perhaps nothing.
        prefix: String,
    },
}

/// A kind of object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Amazon S3, and what speaks its language: Ceph, R2, MinIO.
    S3,
    /// Google Cloud Storage.
    Gs,
    /// Azure Blob Storage.
    Az,
}

impl Service {
    /// The scheme.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gs => "gs",
            Self::Az => "az",
        }
    }
}

/// Why a text is no such place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing is there.
    #[error("it is empty: a repository is a directory, `s3://BUCKET/PREFIX`, `gs://…` or `az://…`")]
    Empty,
    /// A scheme that nothing can be published to.
    #[error("mkdeb keeps no repository at `{0}:`, but in a directory, or at `file:`, `s3:`, `gs:` or `az:`")]
    Scheme(String),
    /// No bucket, or one that leads elsewhere.
    #[error("`{0}` names no bucket, or has `..` in its prefix")]
    Bucket(String),
}

impl FromStr for RepoLocation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_scheme = |scheme: &str| scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric());
        let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
            return if text.is_empty() { Err(Error::Empty) } else { Ok(Self::Directory(text.to_owned())) };
        };
        let service = match scheme.to_ascii_lowercase().as_str() {
            "file" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                return if path.is_empty() {
                    Err(Error::Empty)
                } else {
                    Ok(Self::Directory(path.to_owned()))
                };
            }
            "s3" => Service::S3,
            "gs" => Service::Gs,
            "az" => Service::Az,
            _ => return Err(Error::Scheme(scheme.to_owned())),
        };
        let path = rest.strip_prefix("//").ok_or_else(|| Error::Bucket(text.to_owned()))?;
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let prefix = prefix.trim_matches('/');
        let leads = |part: &str| [".", ".."].contains(&part) || part.is_empty();
        if bucket.is_empty() || !prefix.is_empty() && prefix.split('/').any(leads) {
            return Err(Error::Bucket(text.to_owned()));
        }
        Ok(Self::Bucket { service, bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

impl fmt::Display for RepoLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => f.write_str(path),
            Self::Bucket { service, bucket, prefix } => {
                write!(f, "{}://{bucket}", service.scheme())?;
                if prefix.is_empty() { Ok(()) } else { write!(f, "/{prefix}") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_directory_or_a_bucket() {
        let of = |text: &str| text.parse::<RepoLocation>();
        for (text, path) in [("/srv/apt", "/srv/apt"), ("file:///srv", "/srv"), ("a:b", "a:b"), ("x", "x")] {
            assert_eq!(of(text), Ok(RepoLocation::Directory(path.to_owned())), "{text}");
        }
        let bucket = of("s3://acme/apt/prod/").expect("a bucket");
        assert_eq!(bucket.to_string(), "s3://acme/apt/prod");
        assert_eq!(of("gs://acme").expect("a bucket").to_string(), "gs://acme");
        for bad in ["s3://", "s3:/x", "az:///x", "s3://b/../x", "s3://b/a//c"] {
            assert_eq!(of(bad), Err(Error::Bucket(bad.to_owned())));
        }
        assert_eq!(of("ftp://x"), Err(Error::Scheme("ftp".to_owned())));
        assert_eq!(of(""), Err(Error::Empty));
    }
}
