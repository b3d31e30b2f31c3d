//! The files of the AWS tools: `~/.aws/config` and `~/.aws/credentials`, as far as publishing needs them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::host::env::Env;
use crate::host::process::Program;
use crate::host::process::on_path;
use crate::host::signer::SECRETS;
use crate::host::store::connect::Error;
use crate::host::watch::Watch;

/// Keys of the files, and the variables that mean the same.
const KEYS: [(&str, &str); 5] = [
    ("aws_access_key_id", "AWS_ACCESS_KEY_ID"),
    ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
    ("aws_session_token", "AWS_SESSION_TOKEN"),
    ("region", "AWS_REGION"),
    ("endpoint_url", "AWS_ENDPOINT_URL"),
];

/// What `aws configure export-credentials --format process` prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

/// What the files say of the profile, as variables: that in `AWS_PROFILE`, else `default`.
pub(in crate::host::store) fn profile(env: &Env) -> Result<BTreeMap<String, String>, Error> {
    let named = env.var("AWS_PROFILE").filter(|name| !name.is_empty());
    let profile = named.clone().unwrap_or_else(|| "default".to_owned());
    let home = env.var("HOME").unwrap_or_default();
    let path =
        |variable: &str, name: &str| env.var(variable).unwrap_or_else(|| format!("{home}/.aws/{name}"));
    let [config_path, credentials_path] =
        [path("AWS_CONFIG_FILE", "config"), path("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    let file = |path: &str| env.read_optional(Path::new(path)).ok().flatten().unwrap_or_default();
    let config = section(&file(&config_path), &[&format!("profile {profile}"), &profile]);
    let credentials = section(&file(&credentials_path), &[&profile]);
    let is_known = config.is_some() || credentials.is_some();
    if named.is_some() && !is_known {
        let reason = format!("neither `{config_path}` nor `{credentials_path}` has a section for it");
        return Err(Error::Profile { profile, reason });
    }
    let mut values = config.unwrap_or_default();
    values.extend(credentials.unwrap_or_default());
    let mut found: BTreeMap<String, String> = KEYS
        .iter()
        .filter_map(|(key, variable)| Some(((*variable).to_owned(), values.get(*key)?.clone())))
        .collect();
    let is_asked = named.is_some() && !found.contains_key("AWS_ACCESS_KEY_ID");
    if is_asked && env.var("AWS_ACCESS_KEY_ID").is_none() {
        found.extend(exported(env, &profile)?);
    }
    Ok(found)
}

/// Roles and single sign-on are what the `aws` program knows.
fn exported(env: &Env, profile: &str) -> Result<BTreeMap<String, String>, Error> {
    let failed = |reason: String| Error::Profile { profile: profile.to_owned(), reason };
    let program = on_path("aws", env).ok_or_else(|| {
        failed("it has no access key, and there is no `aws` that would get one for it".to_owned())
    })?;
    let program = Program::new(&program, env, &SECRETS);
    let program =
        program.args(&["configure", "export-credentials", "--format", "process", "--profile", profile]);
    let text = program.run(&Watch::default()).map_err(|error| failed(error.to_string()))?;
    let exported: Exported = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    let values = [
        ("AWS_ACCESS_KEY_ID", Some(exported.access_key_id)),
        ("AWS_SECRET_ACCESS_KEY", Some(exported.secret_access_key)),
        ("AWS_SESSION_TOKEN", exported.session_token),
    ];
    Ok(values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

/// The keys of a section that has one of these names; none where there is no such section.
fn section(text: &str, names: &[&str]) -> Option<BTreeMap<String, String>> {
    let (mut found, mut is_inside) = (None, false);
    for line in text.lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            is_inside = names.contains(&name.trim());
            if is_inside {
                found.get_or_insert_with(BTreeMap::new);
            }
        } else if let (true, Some(values), Some((key, value))) =
            (is_inside && !line.starts_with(['#', ';']), &mut found, line.split_once('='))
        {
            values.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read_as_the_aws_tools_do() {
        let text = "[default]\nregion=eu-1\n# x = y\n[profile ops]\naws_access_key_id = AK\nregion = us-2\n";
        let of = |names: &[&str]| section(text, names);
        assert_eq!(of(&["default"]).expect("there")["region"], "eu-1");
        let ops = of(&["profile ops", "ops"]).expect("there");
        assert_eq!((&*ops["aws_access_key_id"], &*ops["region"]), ("AK", "us-2"));
        assert_eq!(of(&["profile other"]), None);
    }
}
