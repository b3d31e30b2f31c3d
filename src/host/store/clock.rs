//! The time by the store's own clock: machines that publish may be fast, and hosts refuse what is in the future.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use object_store::ClientOptions;
use object_store::client::HttpClient;
use object_store::client::HttpConnector;
use object_store::client::HttpError;
use object_store::client::HttpRequest;
use object_store::client::HttpResponse;
use object_store::client::HttpService;
use object_store::client::ReqwestConnector;

use crate::types::date::SourceDate;

/// What no difference between two clocks is.
const UNKNOWN: i64 = i64::MIN;

/// How far the store's clock is from ours, by the `Date` of its answers.
#[derive(Debug)]
pub struct Clock {
    difference: AtomicI64,
    requests: AtomicU64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { difference: AtomicI64::new(UNKNOWN), requests: AtomicU64::new(0) }
    }
}

impl Clock {
    /// The time there; none before the first answer.
    pub fn now(&self) -> Option<SourceDate> {
        match self.difference.load(Ordering::Relaxed) {
            UNKNOWN => None,
            difference => Some(SourceDate::from_seconds(ours().saturating_add_signed(difference))),
        }
    }

    fn see(&self, answer: &HttpResponse) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        let Some(date) = date.and_then(SourceDate::from_rfc5322) else { return };
        let theirs = i64::try_from(date.seconds()).unwrap_or(0);
        let difference = theirs - i64::try_from(ours()).unwrap_or(0);
        // Dates are cut to seconds: of two answers the later cut tells more, and never too much.
        let _ = self.difference.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |known| {
            let is_near = known != UNKNOWN && (known - difference).abs() <= 1;
            Some(if is_near { known.min(difference) } else { difference })
        });
    }
}

fn ours() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Connects as object_store does, and looks at the clock of whoever answers.
#[derive(Debug)]
pub(in crate::host::store) struct WatchfulConnector(pub Arc<Clock>);

impl HttpConnector for WatchfulConnector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let inner = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Watchful { inner, clock: Arc::clone(&self.0) }))
    }
}

#[derive(Debug)]
struct Watchful {
    inner: HttpClient,
    clock: Arc<Clock>,
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Watchful {
    fn call<'s, 'a>(&'s self, request: HttpRequest) -> Answer<'a>
    where
        's: 'a,
        Self: 'a,
    {
        Box::pin(async move {
            let answer = self.inner.execute(request).await?;
            self.clock.see(&answer);
            Ok(answer)
        })
    }
}
