"""The words of the overview tab, Korean first; part of the dictionaries of `qa.words`."""

KO = {
    "tab_overview": "오늘의 브리핑",
    "overview_briefing": "브리핑 고르기",
    "overview_older": "이전 브리핑",
    "overview_newer": "다음 브리핑",
    "overview_subject": "이름이나 낱말 따라가기",
    "overview_subject_hint": "예: 테슬라",
    "overview_follow": "따라가기",
    "overview_back": "← 브리핑 한눈에",
    "overview_none": "색인된 브리핑이 없습니다.",
    "overview_story": "브리핑 {count}건에 걸친 이야기, 최초 {first}",
    "overview_follow_name": "{name} 따라가기",
    "subject_none": (
        "‘{name}’ 꼭지를 찾지 못했습니다. 꼭지의 제목이나 두 문장 이상에 나오는 이름을 찾습니다."
    ),
    "subject_unread": "따라갈 이름이나 낱말을 {limit}자 안으로 써 주세요.",
    "subject_count": "브리핑 {sources}건, 꼭지 {segments}개",
    "subject_others": "다른 이름으로도 찾았습니다: {names}",
    "subject_since": "이 브리핑 이후 달라진 것",
    "subject_new": "{day} 이후 새로 나온 꼭지 {count}개",
    "subject_new_none": "{day} 이후 새로 나온 것이 없습니다.",
    "subject_new_mark": "새로",
    "subject_new_names": "처음 함께 나온 이름: {names}",
    "subject_changes": "숫자가 바뀌었습니다",
    "subject_changes_note": (
        "두 날짜의 브리핑이 같은 것을 두고 말한 숫자입니다. 기간과 기준은 원문에서 확인하세요."
    ),
    "subject_timeline": "날짜별로",
}

EN = {
    "tab_overview": "At a glance",
    "overview_briefing": "Choose a briefing",
    "overview_older": "Earlier briefing",
    "overview_newer": "Later briefing",
    "overview_subject": "Follow a name or a word",
    "overview_subject_hint": "for example Tesla",
    "overview_follow": "Follow",
    "overview_back": "← The briefing at a glance",
    "overview_none": "No briefings are indexed.",
    "overview_story": "A story of {count} briefings, first on {first}",
    "overview_follow_name": "Follow {name}",
    "subject_none": (
        "No segment is about “{name}”: its heading or two of its sentences must name it."
    ),
    "subject_unread": "Please type a name or a word of up to {limit} characters.",
    "subject_count": "Briefings: {sources}, segments: {segments}",
    "subject_others": "Also found by its other names: {names}",
    "subject_since": "What is new since this briefing",
    "subject_new": "New segments since {day}: {count}",
    "subject_new_none": "Nothing new since {day}.",
    "subject_new_mark": "new",
    "subject_new_names": "Named beside it for the first time: {names}",
    "subject_changes": "A figure has changed",
    "subject_changes_note": (
        "What briefings of two days said of the same thing. See there for its period and basis."
    ),
    "subject_timeline": "By date",
}
