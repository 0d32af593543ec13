//! The phrases that mail programs write above a quote or below a text, in the languages of the apps and those that customers write most.
//! All patterns run in linear time, on one line or a few joined lines of at most `MAIL_PHRASE_BYTES_MAX` bytes.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

fn set(patterns: &[&str]) -> RegexSet {
    let patterns = patterns.iter().map(|pattern| format!("(?i){pattern}"));
    RegexSet::new(patterns).expect("valid patterns")
}

/// `On Tue, 5 Jan 2016 at 10:00, Ann <a@b.c> wrote:` in many languages. The last patterns need no verb: a date and an address in `<>`.
static ATTRIBUTIONS: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        // English
        r"^(?:on|at)\b.*\b(?:wrote|writes|said|says)\b[^:]*:?$",
        r"^in message\b.*\b(?:wrote|writes)\b[^:]*:$",
        r"\bwrote\b.*\bon\b.*:$",
        r"(?:@| via ).*\b(?:wrote|writes):$",
        r"^posted by .+ on \d",
        // German
        r"^am\b.*\b(?:schrieb|schrieben sie|geschrieben)\b[^:]*:$",
        r"\bschrieb am\b.*:$",
        r"(?:@| via ).*\bschrieb:$",
        r"^zitat von\b.*:$",
        // French
        r"^le\b.*\b(?:a écrit|a ecrit|nous a dit)\b.*:$",
        r"\ba écrit(?: le\b.*)? ?:$",
        // Arabic
        r"^(?:في|بتاريخ|يوم|الثلاثاء|الاثنين|الأربعاء|الخميس|الجمعة|السبت|الأحد).*(?:كتب|كتبت|تمت كتابة ما يلي بواسطة|كتب/كتبت).*:$",
        // Spanish, Portuguese, Italian
        r"^(?:el|con fecha|en)\b.*\b(?:escribió|escribio|ha escrito)\b.*:$",
        r"^(?:em|no dia|a)\b.*\bescreveu\b.*:$",
        r"^(?:il|in data)\b.*\bha scritto\b.*:$",
        // Dutch, the Nordic languages
        r"^op\b.*\b(?:schreef|het volgende geschreven)\b.*:$",
        r"\bskrev\b.*:$",
        r"\bkirjoitti\b.*:$",
        // Polish, Czech, Slovak, Romanian, Hungarian, Turkish, Greek, Vietnamese
        r"\b(?:napisał|napsal|napísal)a?(?:\(a\))? ?:$",
        r"\b(?:a scris|írta|yazdı|έγραψε|đã viết) ?:$",
        // Russian, Ukrainian
        r"\b(?:пишет|написала?|написал\(а\)|пише|написав|написав\(ла\)|написала) ?:$",
        // Hebrew
        r"(?:כתב|כתבה|כתב/ה|מאת).*:$",
        // Chinese, Japanese, Korean
        r"(?:写道|寫道|写到) ?[:：]?$",
        r"(?:さんは書きました|が書きました|のメール) ?[:：]$",
        r"(?:님이 작성|작성|님이 쓴 글) ?[:：]$",
        // Every language
        r"(?:\b\d{4}\b|\d年|\d년|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}).*< ?[^<>\s@]+@[^<>\s]+ ?>(?: \([^()]*\))? ?[:：]$",
    ])
});

/// Whether some lines, joined with spaces and cleaned by [`normalized`], introduce a quote. Without a number or an address, they are the
/// author's: "On this page you wrote:".
pub(super) fn is_attribution(text: &str) -> bool {
    let has_proof = text.contains('@') || text.chars().any(char::is_numeric);
    has_proof && ATTRIBUTIONS.is_match(text)
}

static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    let words = "on|at|am|le|el|em|il|op|den|dnia|في|بتاريخ|在";
    Regex::new(&format!(r"(?i)^[-*<> ]*(?:{words})\b.*\d")).expect("a valid pattern")
});

/// Whether a line can be the first of a phrase above a quote that continues in the next line.
pub(super) fn is_opening(text: &str) -> bool {
    OPENING.is_match(text)
}

static SEPARATORS: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"^\*?-{2,} ?(?:original(?: message| appointment|nachricht)?|forwarded message|forwarded by .*|reply message|ursprüngliche (?:nachricht|mail)|weitergeleitete nachricht|message d.origine|message original|message transféré|courriel original|mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|ursprungligt meddelande|opprinnelig melding|oprindelig meddelelse|alkuperäinen viesti|wiadomość oryginalna|původní zpráva|исходное сообщение|пересылаемое сообщение|оригінальне повідомлення|orijinal mesaj|原始邮件|原始郵件|转发邮件|元のメッセージ|원본 메시지|الرسالة الأصلية|رسالة أصلية|رسالة معاد توجيهها|רשומה מקורית|הודעה מקורית) ?-{2,}\*?$",
        r"^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:transféré|réexpédié)|inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem encaminhada|begin doorgestuurd bericht|vidarebefordrat brev|بدء الرسالة المحولة|بدء الرسالة المعاد توجيهها|開始轉寄郵件|开始转发的邮件) ?[:：]$",
    ])
});

/// Whether a line begins another mail: `-----Original Message-----`.
pub(super) fn is_separator(text: &str) -> bool {
    SEPARATORS.is_match(text)
}

/// The header that a line repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    From,
    Date,
    To,
    Subject,
}

fn labelled(names: &str) -> Regex {
    Regex::new(&format!(r"(?i)^\*?(?:{names})\*? ?[:：] ?\*?.*\S")).expect("a valid pattern")
}

static LABELS: LazyLock<[(Label, Regex); 4]> = LazyLock::new(|| {
    [
        (
            Label::From,
            labelled(
                "from|von|de|expéditeur|من|المرسل|fra|da|van|från|od|lähettäjä|feladó|kimden|от|от кого|від|发件人|寄件者|差出人|보낸 사람|보낸사람|מאת",
            ),
        ),
        (
            Label::Date,
            labelled(
                "sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|le|تم الإرسال|تاريخ الإرسال|أرسلت|أُرسلت|إرسال|مرسل|التاريخ|تاريخ|sendt|dato|enviada em|enviado|enviado el|enviado em|enviada|fecha|data|inviato|data invio|verzonden|skickat|wysłano|odesláno|gönderildi|gönderilme|tarih|отправлено|дата|надіслано|发送时间|日期|寄件日期|送信日時|日付|보낸 날짜|보낸날짜|날짜|נשלח|תאריך",
            ),
        ),
        (
            Label::To,
            labelled(
                "to|cc|reply-to|an|kopie|antwort an|à|a|destinataire|copie|copie à|répondre à|إلى|الى|نسخة|نسخة إلى|til|kopi|para|copia|cópia|aan|beantwoorden - aan|till|kopia|do|dw|komu|kime|кому|копия|копія|收件人|抄送|收件者|宛先|받는 사람|받는사람|참조|אל",
            ),
        ),
        (
            Label::Subject,
            labelled(
                "subject|betreff|objet|sujet|الموضوع|الموضوع|موضوع|emne|asunto|assunto|oggetto|onderwerp|ämne|temat|předmět|tárgy|aihe|konu|тема|主题|主題|主旨|件名|제목|נושא",
            ),
        ),
    ]
});

/// Which header of another mail a line repeats.
pub(super) fn label(text: &str) -> Option<Label> {
    let found = LABELS.iter().find(|(_, pattern)| pattern.is_match(text));
    found.map(|(label, _)| *label)
}

static MOBILE: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"^[(<]*sent from .{1,60}$",
        r"^[(<]*sent (?:via|with|by|using) (?:mobile|my |airmail|spark|proton ?mail|galaxy|the samsung|yahoo|outlook|k-9|blackberry|mailbird|em client)",
        r"^\w+ from mobile$",
        r"^from my .{1,20}$",
        r"^get outlook for ",
        r"^\[?outlook for (?:ios|android)",
        r"^von meinem .{1,40} gesendet",
        r"^gesendet (?:von|mit) (?:meinem|outlook|der|yahoo|mailbird|gmx|web\.de|proton)",
        r"^diese nachricht wurde von .+ gesendet",
        r"^(?:holen sie sich outlook|outlook für (?:ios|android))",
        r"^envoyé (?:depuis|de|à partir de|avec) (?:mon|ma|yahoo|outlook|proton|la messagerie|l.application)",
        r"^(?:obtenir|télécharger|obtenez) outlook pour",
        r"^(?:أُرسلت|أرسلت|مرسل|تم الإرسال|أرسل|مُرسل|تم إرسالها) (?:من|بواسطة|باستخدام) ",
        r"^(?:الحصول على|احصل على) outlook",
        r"^inviato da(?:l mio)? ",
        r"^enviado (?:do meu|desde mi|do|desde) ",
        r"^sendt fra min ",
        r"^skickat från min ",
        r"^från min ",
        r"^(?:verzonden met|verstuurd vanaf mijn|verzonden vanaf) ",
        r"^wysłane z ",
        r"^отправлено (?:с|из) ",
        r"^надіслано з ",
        r"^從我的 .{1,20} 傳送",
        r"^发自我的",
        r"^iphoneから送信",
        r"^나의 .{1,20}에서 보냄",
    ])
});

/// Whether a line is the advertisement of a mail program.
pub(super) fn is_mobile_signature(text: &str) -> bool {
    MOBILE.is_match(text)
}

/// A line for comparison: without marks of direction, with usual spaces, without spaces at the ends.
pub(super) fn normalized(line: &str) -> String {
    let plain: String = line
        .chars()
        .filter(|c| !matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    plain.trim().to_owned()
}
