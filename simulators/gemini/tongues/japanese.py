"""Japanese."""

import re

from simulators.gemini.tongues.tongue import Tongue, phrasings

_DAYS = (
    ("月曜日?", "monday"), ("火曜日?", "tuesday"), ("水曜日?", "wednesday"), ("木曜日?", "thursday"),
    ("金曜日?", "friday"), ("土曜日?", "saturday"), ("日曜日?", "sunday"),
)  # fmt: skip
JAPANESE = Tongue(
    code="ja",
    requests=phrasings(
        (r"^(?:こんにちは|こんばんは|おはよう(?:ございます)?|はじめまして)\W*$", "hello"),
        (r"^(?:ありがとう|どうも)", "thanks"),
        (r"^(?:はい|はい、?お願いします|うん|お願いします)[\s。！!]*$", "yes"),
        (r"^(?:いいえ|いや|結構です)[\s。！!]*$", "no"),
        (r"何ができ", "what can you do?"),
        (r"(?:私|僕|わたし)の(?:データ|情報)を?(?:すべて|全部|全て)?を?(?:送って|ください|エクスポート)|(?:私|僕|わたし)について(?:持って|保存して)いる(?:もの|データ|情報)を?(?:すべて|全部|全て)?(?:送って|ください)", "send me all my data"),
        (r"(?:私|僕|わたし)(?:について|の)(?:は|こと)?(?:を|で)?(?:(?:何|なに)(?:を|か)?)?(?:知って|覚えて)", "what do you know about me?"),
        (r"(?:私|僕|わたし)の(?:こと|情報|データ)[をは](?:すべて|全部|全て)?(?:忘れて|消して|削除)", "forget me"),
        (r"住んでいる(?:所|ところ|場所)を忘れて", "forget where I live"),
        (r"リマインダー?の?(?P<n>\d+)(?:番)?を?(?:取り消|キャンセル|削除|消)", "cancel reminder {n}"),
        (r"リマインダー?(?:の一覧|を(?:見せ|教え)|一覧)|^リマインダー?\W*$", "list my reminders"),
        (r"(?:監視|ウォッチ|アラート)の?(?P<n>\d+)(?:番)?を?(?:止め|やめ|停止|削除)", "stop watch {n}"),
        (r"何を(?:監視|ウォッチ)", "what are you watching?"),
        (r"(?P<n>\d[\d.,]{0,15})(?:ユーロ|円|€)?(?:を下回|より安く|以下に).{0,60}(?:教え|知らせ)",
         "tell me when it drops below {n}"),
        (r"(?P<n>\d[\d.,]{0,15})(?P<money>€)?(?:ユーロ|円)?より(?:も)?安い", "is this cheaper than {n} {money}?"),
        (r"いくら|値段は|価格は", "how much is it?"),
        (r"(?:する)?(?:のを|ように|ことを|を|と)?(?:リマインド|思い出させ|通知し)(?:して|て)?",
         "remind me {when} to {what}"),
        (r"(?P<o>[^\s、]{1,20}?)から(?P<rest>.{1,40}?)(?:への|行きの|までの|へ|まで)?(?:フライト|航空券|飛行機|便)を?(?P<more>.{0,20})",
         "find flights from {o} to {rest} {when}"),
        (r"(?:私の)?名前は(?P<who>[^\s。、]{1,20}?)(?:です|だ|$)|(?P<called>[^\s。、]{1,20}?)と呼んで",
         "call me {who}{called}"),
        (r"(?:私は)?(?P<where>[^\s。、は]{1,20}?)に住んで", "I live in {where}"),
    ),
    times=phrasings(
        (r"(\d+)分後(?:に)?", r"in \1 minutes"),
        (r"(\d+)時間後(?:に)?", r"in \1 hours"),
        *((rf"毎週{name}(?:の|に)?", f"every {day}") for name, day in _DAYS),
        (r"毎日(?:の)?", "every day"),
        *((rf"(?:次|来週)の?{name}(?:の|に)?", f"next {day}") for name, day in _DAYS),
        *((rf"{name}(?:の|に)?", f"on {day}") for name, day in _DAYS),
        (r"(?:朝|午前)の?(\d{1,2})時(?:に)?", r"at \1 am"),
        (r"(?:夜|夕方|午後)の?(\d{1,2})時(?:に)?", r"at \1 pm"),
        (r"(\d{1,2})時(\d\d)分(?:に)?|(\d{1,2}):(\d\d)(?:に)?", r"at \1\3:\2\4"),
        (r"(\d{1,2})時(?:に)?", r"at \1:00"),
        (r"明後日(?:の)?|あさって(?:の)?", "in 2 days"),
        (r"明日(?:の)?|あした(?:の)?", "tomorrow"),
        (r"今日(?:の)?|きょう(?:の)?", "today"),
    ),
    fillers=re.compile(
        r"(?:まで|[にをとのへ]|(?:探|検索|調べ|教え)(?:し)?て(?:ください)?)$|^[のにへ、]"
    ),
    said={
        "When should I remind you?": "いつお知らせしましょうか？",
        "At what time should I remind you?": "何時にお知らせしましょうか？",
        "What should I remind you of?": "何をお知らせしましょうか？",
        "Which page should I watch? Please send me its link.":
            "どのページを見張りましょうか？リンクを送ってください。",
        "Which page should I look at? Please send me its link.":
            "どのページを見ましょうか？リンクを送ってください。",
        "You're welcome! 🙂": "どういたしまして！🙂",
        "OK. 🙂 Is there anything I can do for you?": "わかりました。🙂 ほかに何かありますか？",
        "OK, I will leave it.": "わかりました。やめておきます。",
        "I know nothing about you yet: you have not told me anything to keep in mind.":
            "あなたのことはまだ何も知りません。",
    },
    templates={
        "greeting": "こんにちは！👋 フライト検索、価格の確認と見張り、リマインダー、あなたについて教えて"
        "もらったことの記憶ができます。",
        "lost": "何をすればよいかわかりませんでした。フライト検索、価格の確認と見張り、リマインダー、"
        "あなたについて教えてもらったことの記憶ができます。",
        "failed": "うまくいきませんでした：{error}",
        "asks": "これにはあなたの確認が必要です。",
        "search_flights": "見つかったものはこちらです：",
        "no flights": "フライトは見つかりませんでした。",
        "set_reminder": "⏰ 設定しました：**{text}**",
        "list_reminders": "リマインダー：",
        "no reminders": "リマインダーはありません。",
        "change_reminder": "リマインダーを変更しました：**{text}**。",
        "cancel_reminder": "リマインダーを取り消しました。",
        "check_price": "**{title}** は {price} です。",
        "no price": "価格を確実に読み取れませんでした。",
        "yes": "はい。", "no": "いいえ。",
        "watch_price": "👀 ページを見張り、一度お知らせします。",
        "list_watches": "見張っているもの：",
        "no watches": "見張っているものはありません。",
        "stop_watch": "もう見張っていません。",
        "remember": "覚えておきます。",
        "correct": "そのように覚えておきます。",
        "forget_fact": "忘れました。",
        "set_quiet_hours": "🌙 おやすみ時間を変更しました。",
        "send_my_data": "あなたについて保存しているものをお送りします。",
        "known": "教えてもらったこと：",
    },
)  # fmt: skip
