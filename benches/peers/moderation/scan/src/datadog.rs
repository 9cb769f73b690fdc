//! Rules for Datadog's scanner. Its crate brings the engine and the validators; the rules themselves are a service of theirs. These are
//! written for the pages' kinds as its documentation advises: a pattern, a validator where it has one, words that must stand near.

use dd_sds::{RegexRuleConfig, RootRuleConfig, RuleConfig, Scanner, SecondaryValidator};
use std::sync::Arc;

const PHONE: &[&str] = &[
    "phone", "call", "mobile", "number", "telefon", "telefonu", "teléfono", "appelez", "reached", "هاتف", "الجوال", "الواتساب", "اتصل", "meldet",
];

/// The scanner, and the kind of each of its rules.
pub fn scanner() -> (Scanner, Vec<&'static str>) {
    let (mut rules, mut kinds): (Vec<RootRuleConfig<Arc<dyn RuleConfig>>>, Vec<&'static str>) = (Vec::new(), Vec::new());
    let mut add = |kind: &'static str, pattern: &str, near: &[&str], validator: Option<SecondaryValidator>| {
        let mut rule = RegexRuleConfig::new(pattern).with_validator(validator);
        if !near.is_empty() {
            rule = rule.with_included_keywords(near);
        }
        if pattern.contains("sds_match") {
            rule = rule.with_pattern_capture_group("sds_match");
        }
        rules.push(RootRuleConfig::new_dyn(rule));
        kinds.push(kind);
    };
    use SecondaryValidator::*;
    add("phone", r"\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,5}){2,4}\b", &[], None);
    add("phone", r"\b0\d{1,4}[ .-]?\d{2,4}[ .-]?\d{2,5}(?:[ .-]?\d{2,4}){0,3}\b", PHONE, None);
    add("phone", r"\(\d{2,3}\) \d{3,5}-\d{4}\b", &[], None);
    add("phone", r"\b[1-9]\d{2,3} ?\d{3} ?\d{3,4}\b", PHONE, None);
    add("email", r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b", &[], None);
    add("email", r"\b[A-Za-z0-9._%+-]+ ?[\[(]at[\])] ?[A-Za-z0-9.-]+(?: ?[\[(]?dot[\])]? ?[A-Za-z]{2,}|\.[A-Za-z]{2,})", &[], None);
    add("card", r"\b(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6011|35\d{2})[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b", &[], Some(LuhnChecksum));
    add("card", r"\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b", &[], Some(LuhnChecksum));
    add("iban", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", &[], Some(IbanChecker));
    add("ip", r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b", &[], None);
    add("ip", r"\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b", &[], None);
    add("ip", r"\b(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}\b", &[], None);
    add("mac", r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b", &[], None);
    add("crypto", r"\b(?:bc1[a-z0-9]{25,59}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b", &[], Some(BtcChecksum));
    add("crypto", r"\b0x[0-9a-fA-F]{40}\b", &[], None);
    add("crypto", r"\b[TLM][1-9A-HJ-NP-Za-km-z]{33}\b", &[], None);
    add(
        "secret",
        r"\b(?:AKIA[A-Z2-7]{16}|AIza[\w-]{35}|ghp_[A-Za-z0-9]{36}|glpat-[\w-]{20}|xoxb-[\w-]{40,70}|sk_live_[A-Za-z0-9]{24}|SG\.[\w-]{22}\.[\w-]{43}|npm_[A-Za-z0-9]{36}|dop_v1_[0-9a-f]{64}|hf_[A-Za-z0-9]{34})\b",
        &[],
        None,
    );
    add("secret", r"\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", &[], None);
    add("secret", r"(?i)(?:password|كلمة المرور|كلمة السر)(?: is| هي|:) ?(?P<sds_match>[\w!#%*]{8,64})", &[], None);
    add("national-id", r"\b\d{3}-\d{2}-\d{4}\b", &[], None);
    add("national-id", r"\b[A-Z]{2}\d{6}[A-D]\b", &[], Some(UkNinoFormatCheck));
    add("national-id", r"\b[12]\d{2}(?:0[1-9]|1[0-2])\d{10}\b", &[], Some(NirChecksum));
    add("national-id", r"\b[1-9]\d{10}\b", &["Steuer-ID"], Some(Mod11_10checksum));
    add("national-id", r"\b\d{8}[A-Z]\b", &[], Some(SpanishDniChecksum));
    add("national-id", r"\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b", &[], Some(ItalianNationalIdChecksum));
    add("national-id", r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", &[], Some(BrazilianCpfChecksum));
    add("national-id", r"\b[2-9]\d{3} \d{4} \d{4}\b", &["Aadhaar"], Some(VerhoeffChecksum));
    add("national-id", r"\b[12]\d{9}\b", &["الهوية", "ID"], Some(LuhnChecksum));
    add("national-id", r"\b784\d{12}\b", &[], Some(LuhnChecksum));
    add("national-id", r"\b[23]\d{13}\b", &["القومي"], None);
    add("national-id", r"\b[1-9]\d{10}\b", &["kimlik"], None);
    add("mrz", r"P<[A-Z]{3}[A-Z<]{39}\s+[A-Z0-9<]{44}", &[], None);
    add("plate", r"\b[A-Z]{2}-\d{3}-[A-Z]{2}\b", &[], None);
    add("plate", r"\b[A-Z]{2}\d{2} [A-Z]{3}\b", &["plate"], None);
    add("plate", r"\b[A-Z]{1,3}-[A-Z]{1,2} \d{1,4}\b", &["Kennzeichen"], None);
    add("plate", r"\b\p{Arabic} \p{Arabic} \p{Arabic} \d{1,4}\b", &["لوحة"], None);
    add("coordinates", r"\b\d{1,2}\.\d{4,}, ?-?\d{1,3}\.\d{4,}\b", &[], None);
    add(
        "birth-date",
        r"\b(?:\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2} \p{L}+ \d{4})\b",
        &["birth", "born", "الميلاد", "مواليد", "Geboren", "Né"],
        None,
    );
    let scanner = Scanner::builder(&rules).build().expect("the rules are ours");
    (scanner, kinds)
}
