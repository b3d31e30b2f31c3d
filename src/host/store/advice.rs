//! What would help where a service refuses, or cannot be asked.

use std::error::Error;

use object_store::Error as ObjectError;

/// Where a machine in a cloud is told its credentials: who is sent there has none of their own.
const METADATA: &str = "169.254.169.254";

/// What would help against what a service, or the way to it, says.
pub(in crate::host::store) fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    let text = match error.downcast_ref::<ObjectError>()? {
        ObjectError::PermissionDenied { .. } => {
            "the key may not do this: reading, writing, listing and deleting below the prefix are needed"
        }
        ObjectError::Unauthenticated { .. } => credentials("S3"),
        ObjectError::Generic { store, source } => {
            let said = source.to_string();
            if said.contains(METADATA) {
                credentials(store)
            } else if said.contains("(Connect)") {
                "nobody answers there: look at the address of the service, and at the network"
            } else {
                return None;
            }
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// How a service is told who asks, by what the library calls the service.
pub(in crate::host::store) fn credentials(store: &str) -> &'static str {
    match store {
        "GCS" => "give the credentials: `GOOGLE_APPLICATION_CREDENTIALS` names the file of a service account",
        "MicrosoftAzure" => {
            "give the credentials: set `AZURE_STORAGE_ACCOUNT_NAME` and `AZURE_STORAGE_ACCOUNT_KEY`"
        }
        _ => "give the credentials: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `AWS_PROFILE`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_credentials_is_told_how_to_give_them() {
        let generic = |store, said: &str| ObjectError::Generic { store, source: said.to_owned().into() };
        for (error, expect) in [
            (generic("S3", "PUT http://169.254.169.254/latest/api/token"), Some("AWS_PROFILE")),
            (generic("GCS", "GET http://169.254.169.254/token"), Some("GOOGLE_APPLICATION_CREDENTIALS")),
            (generic("MicrosoftAzure", "http://169.254.169.254/"), Some("AZURE_STORAGE_ACCOUNT_KEY")),
            (generic("S3", "client error (Connect): refused"), Some("the address of the service")),
            (generic("S3", "500"), None),
        ] {
            let hint = hint(&error);
            assert!(
                hint.as_deref().is_none_or(|hint| expect.is_some_and(|it| hint.contains(it))),
                "{hint:?}"
            );
            assert_eq!(hint.is_some(), expect.is_some(), "{error}");
        }
    }
}
