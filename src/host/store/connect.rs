//! Getting at a bucket: endpoint, region and credentials, as the tools of each service take them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use object_store::BackoffConfig;
use object_store::ClientOptions;
use object_store::ObjectStore;
use object_store::RetryConfig;
use object_store::aws::AmazonS3Builder;
use object_store::aws::AmazonS3ConfigKey;
use object_store::azure::AzureConfigKey;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::gcp::GoogleConfigKey;

use crate::host::env::Env;
use crate::host::store::advice;
use crate::host::store::aws;
use crate::host::store::clock::Clock;
use crate::host::store::clock::WatchfulConnector;
use crate::host::store::object::Bucket;
use crate::host::watch::Watch;
use crate::types::repo_location::Service;

/// How long a connection, and the next bytes of an answer, may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a request is made again where that helps: 429, 5xx, broken connections.
const RETRIES: usize = 5;
/// How long requests are made again.
const RETRIED_FOR: Duration = Duration::from_secs(90);

/// Why a bucket cannot be got at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What it needs to be told is missing or malformed.
    #[error("failed to prepare for `{name}`")]
    Settings {
        /// The bucket.
        name: String,
        /// What is missing.
        source: object_store::Error,
    },
    /// The files of the AWS tools.
    #[error("failed to find the credentials of the profile `{profile}`: {reason}")]
    Profile {
        /// Which profile.
        profile: String,
        /// Why.
        reason: String,
    },
    /// No runtime.
    #[error("failed to prepare the network")]
    Runtime(#[source] std::io::Error),
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Settings { source: object_store::Error::Generic { store, .. }, .. } => {
                Some(advice::credentials(store).to_owned())
            }
            Self::Profile { .. } => {
                Some("`aws configure --profile NAME` makes one; `AWS_PROFILE` names it".to_owned())
            }
            Self::Settings { .. } | Self::Runtime(_) => None,
        }
    }
}

/// The bucket with this name, and the prefix of all paths in it.
pub fn bucket(
    service: Service,
    (bucket, prefix): (&str, &str),
    (env, watch): (&Env, &Watch),
) -> Result<Bucket, Error> {
    // Both of our HTTP libraries take the process's provider; whoever was first set the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let clock = Arc::new(Clock::default());
    let connector = || WatchfulConnector(Arc::clone(&clock));
    let name = if prefix.is_empty() { bucket.to_owned() } else { format!("{bucket}/{prefix}") };
    let name = format!("{}://{name}", service.scheme());
    let settings = |source| Error::Settings { name: name.clone(), source };
    let inner: Arc<dyn ObjectStore> = match service {
        Service::S3 => Arc::new(
            s3(bucket, env)?
                .with_http_connector(connector())
                .with_retry(retries())
                .build()
                .map_err(settings)?,
        ),
        Service::Gs => {
            let builder =
                of_env::<_, GoogleConfigKey>(env, "GOOGLE_", GoogleCloudStorageBuilder::new(), |b, k, v| {
                    b.with_config(k, v)
                });
            let builder = builder.with_bucket_name(bucket).with_client_options(client(false));
            Arc::new(
                builder.with_http_connector(connector()).with_retry(retries()).build().map_err(settings)?,
            )
        }
        Service::Az => {
            let builder =
                of_env::<_, AzureConfigKey>(env, "AZURE_", MicrosoftAzureBuilder::new(), |b, k, v| {
                    b.with_config(k, v)
                });
            let plain = env.var("AZURE_STORAGE_ENDPOINT").is_some_and(|url| url.starts_with("http:"));
            let builder = builder.with_container_name(bucket).with_client_options(client(plain));
            Arc::new(
                builder.with_http_connector(connector()).with_retry(retries()).build().map_err(settings)?,
            )
        }
    };
    Bucket::new(inner, clock, (prefix.to_owned(), name), watch).map_err(Error::Runtime)
}

fn s3(bucket: &str, env: &Env) -> Result<AmazonS3Builder, Error> {
    let mut values: BTreeMap<String, String> = aws::profile(env)?;
    // The environment goes before the files, as in the AWS tools.
    values.extend(
        env.vars.iter().filter(|(name, _)| name.starts_with("AWS_")).map(|(n, v)| (n.clone(), v.clone())),
    );
    if let Some(url) = values.get("AWS_ENDPOINT_URL_S3").cloned() {
        values.insert("AWS_ENDPOINT_URL".to_owned(), url);
    }
    let plain = values.get("AWS_ENDPOINT_URL").is_some_and(|url| url.starts_with("http:"));
    // One request for each file: not every store knows the one for many.
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_client_options(client(plain))
        .with_disable_bulk_delete(true);
    for (name, value) in &values {
        // Other programs' variables begin with `AWS_` too.
        if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    Ok(builder)
}

fn of_env<B, K: std::str::FromStr>(
    env: &Env,
    prefix: &str,
    builder: B,
    with: impl Fn(B, K, String) -> B,
) -> B {
    let ours = env.vars.iter().filter(|(name, _)| name.starts_with(prefix));
    ours.fold(builder, |builder, (name, value)| match name.to_ascii_lowercase().parse::<K>() {
        Ok(key) => with(builder, key, value.clone()),
        Err(_) => builder,
    })
}

fn client(plain: bool) -> ClientOptions {
    // A large file may take long, but never be silent for long.
    ClientOptions::new()
        .with_allow_http(plain)
        .with_timeout_disabled()
        .with_connect_timeout(PATIENCE)
        .with_read_timeout(PATIENCE)
}

fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig { init_backoff: Duration::from_millis(200), ..BackoffConfig::default() },
        max_retries: RETRIES,
        retry_timeout: RETRIED_FOR,
    }
}
