//! What the program says.

use crate::program::{MASTER_KEY, SERVICE_KEY, command, run, text};

#[tokio::test]
async fn check_config_says_that_good_settings_are_good() {
    let output = run(&mut command(&["check-config"])).await;

    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), "the settings are good\n");
}

#[tokio::test]
async fn wrong_settings_stop_both_commands_with_every_variable_named() {
    for subcommand in ["check-config", "serve"] {
        let output = run(command(&[subcommand])
            .env("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "2000d")
            .env("WAYLEAVE_COOKIE_SAME_SITE", "no")
            .env("WAYLEAVE_MASTER_KEY", "too-short"))
        .await;

        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            text(&output.stderr),
            "wayleave-origin: WAYLEAVE_MASTER_KEY is (hidden), accepted: one or more, separated by commas, each 32 bytes as 43 characters of base64url (wayleave-origin generate-secret makes one)\n\
             WAYLEAVE_ACCESS_TOKEN_VALIDITY is \"2000d\", accepted: a duration of whole seconds, 1s to 1000d\n\
             WAYLEAVE_COOKIE_SAME_SITE is \"no\", accepted: auto, lax, strict or none\n"
        );
    }
}

#[tokio::test]
async fn the_environment_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "listen = \"nowhere\"\nanti_csrf = \"perhaps\"\n").unwrap();

    let output = run(command(&["check-config", "--config"])
        .arg(&file)
        .env("WAYLEAVE_LISTEN", "127.0.0.1:1"))
    .await;

    assert_eq!(
        text(&output.stderr),
        "wayleave-origin: WAYLEAVE_ANTI_CSRF is \"perhaps\", accepted: on or off\n"
    );
}

#[tokio::test]
async fn help_lists_every_setting() {
    let output = run(&mut command(&["--help"])).await;
    let help = text(&output.stdout);
    for variable in wayleave_origin::config::VARIABLES {
        assert!(help.contains(variable.name), "{} is not in:\n{help}", variable.name);
    }
    assert!(!help.contains(SERVICE_KEY) && !help.contains(MASTER_KEY));
}

#[tokio::test]
async fn generated_secrets_are_fit_for_use_and_never_the_same() {
    let first = text(&run(&mut command(&["generate-secret"])).await.stdout);
    let second = text(&run(&mut command(&["generate-secret"])).await.stdout);

    assert_ne!(first, second);
    let output = run(command(&["check-config"])
        .env("WAYLEAVE_MASTER_KEY", first.trim())
        .env("WAYLEAVE_SERVICE_KEYS", second.trim()))
    .await;
    assert_eq!(output.status.code(), Some(0));
}
