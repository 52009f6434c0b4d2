"""Every word that a person sees, in Korean; `words_en` has the same keys."""

WORDS = {
    "product": "브리핑 Q&A",
    "tab_ask": "질문",
    "tab_index": "색인",
    "ask_label": "질문 입력",
    "ask_placeholder": "브리핑에 대해 물어보세요",
    "send": "보내기",
    "new_chat": "새 대화",
    "rebuild": "다시 색인하기",
    "rollback": "앞 세대로 되돌리기",
    "build": "색인 만들기",
    "empty_title": "오늘 브리핑에서 무엇이 궁금하세요?",
    "empty_text": "답은 브리핑의 문장을 그대로 옮기고, 어느 꼭지에서 왔는지 보여 줍니다.",
    "hint_keys": "Enter로 보내고, Shift+Enter로 줄을 바꿉니다.",
    "hint_empty": "질문을 입력해 주세요.",
    "hint_long": "질문이 너무 깁니다. {limit}자까지 쓸 수 있는데 지금은 {length}자입니다.",
    "loading": "준비 중…",
    "ready": "준비됐습니다 — 브리핑 {sources}건, 꼭지 {sections}개",
    "no_index": (
        "아직 색인이 없습니다. ‘색인 만들기’를 누르면 ‘{folder}’ 폴더의 브리핑을 색인합니다."
    ),
    "reading": "브리핑에서 찾는 중…",
    "waiting": "준비되는 대로 답하겠습니다…",
    "understood_as": "앞의 질문과 이어 읽었습니다: {question}",
    "only_related": "답인지 확실하지 않아 관련 구절로 보여 드립니다.",
    "scope": "범위 좁히기",
    "scope_since": "부터",
    "scope_until": "까지",
    "scope_programme": "프로그램",
    "scope_source": "브리핑",
    "scope_all": "모두",
    "scope_remove": "지우기",
    "previous": "← 앞 꼭지",
    "next": "다음 꼭지 →",
    "only_this": "이 브리핑에만 묻기",
    "save_markdown": "Markdown으로 저장",
    "save_json": "JSON으로 저장",
    "print": "인쇄",
    "period": "기간: {phrase} ({days})",
    "period_none": "그날 나온 브리핑이 없습니다",
    "any_day": "날짜 빼고 다시 찾기",
    "cited": "출처",
    "further": "더 읽을거리",
    "suggestion": "혹시 이것을 물으셨나요?",
    "follow_ups": "이어서 물어보기",
    "why": "왜 이 구절인가",
    "whole_passage": "구절 전체",
    "why_terms": "질문의 낱말: {words}",
    "why_others": "같은 뜻의 낱말: {words}",
    "why_words": "낱말로는 {rank}번째",
    "why_words_not": "낱말로는 찾지 못함",
    "why_meaning": "뜻으로는 {rank}번째",
    "why_meaning_not": "뜻으로는 찾지 못함",
    "written": "언어 모델이 쓴 글 — 숫자, 날짜, 이름이 인용한 구절에 있는지 확인했습니다",
    "writing": "언어 모델이 쓰는 중…",
    "written_quoted": "모델의 문장이 구절과 맞지 않아 원문으로 바꿨습니다",
    "llm_failed": "{reason}. 브리핑에서 인용한 문장이 답입니다.",
    "llm_away": "언어 모델 서버에 연결할 수 없습니다",
    "llm_slow": "언어 모델 서버가 제때 답하지 않았습니다",
    "llm_refused": "언어 모델 서버가 요청을 거절했습니다(HTTP {detail})",
    "llm_rubbish": "언어 모델 서버의 답을 읽을 수 없습니다",
    "llm_broken": "언어 모델 서버의 답이 도중에 끊겼습니다",
    "llm_silent": "언어 모델이 인용된 구절에서 답을 찾지 못했다고 합니다",
    "copy_answer": "답 복사",
    "copy_link": "링크 복사",
    "copied": "복사했습니다",
    "judge_right": "맞아요",
    "judge_wrong": "틀렸어요",
    "judge_this": "이 구절이 정답",
    "judged": "적어 두었습니다. 고맙습니다",
    "nearest": "가까운 구절 — 답이 아닙니다",
    "none_title": "근거를 찾지 못했습니다",
    "none_text": (
        "색인된 브리핑에는 이 질문에 답하는 문장이 없습니다. 낱말을 바꾸거나 더 구체적으로 "
        "물어보세요."
    ),
    "none_missing": "색인된 브리핑에 나오지 않는 이름: {names}",
    "failed_title": "답하지 못했습니다",
    "open": "브리핑에서 보기",
    "close": "닫기",
    "undated": "날짜 미상",
    "no_heading": "제목 없는 꼭지",
    "gone_title": "이 자리를 열 수 없습니다",
    "gone_text": "브리핑이 색인에서 빠졌거나 내용이 바뀌었습니다. 다시 질문해 주세요.",
    "column_title": "브리핑",
    "column_date": "날짜",
    "column_programme": "프로그램",
    "column_sections": "꼭지",
    "column_passages": "구절",
    "sources_none": "색인된 브리핑이 없습니다.",
    "sources_not_found": "제목·프로그램·날짜(2024-04-23)에 이 낱말이 든 브리핑이 없습니다.",
    "find": "브리핑 찾기",
    "more": "더 보기",
    "stop": "멈추기",
    "watch": "폴더가 바뀌면 저절로 색인",
    "intake": "브리핑 더하기",
    "intake_files": "파일",
    "intake_paste": "또는 본문 붙여넣기",
    "intake_look": "읽어 보기",
    "intake_take": "폴더에 넣고 색인하기",
    "intake_nothing": "파일을 고르거나 본문을 붙여 넣으세요.",
    "intake_sections": "꼭지 {count}개",
    "stage_start": "시작하는 중",
    "stage_read": "브리핑을 읽는 중",
    "stage_embed": "구절을 색인하는 중",
    "stage_write": "색인을 쓰는 중",
    "progress": "{done}/{total} · 초당 {rate}건 · {left}",
    "left_seconds": "약 {count}초 남음",
    "left_minutes": "약 {count}분 남음",
    "left_unknown": "남은 시간 계산 중",
    "built": (
        "색인을 마쳤습니다 — 브리핑 {sources}건, 꼭지 {sections}개, 구절 {passages}개 ({seconds}초)"
    ),
    "embedded": "구절 {before} → {after}, 새로 벡터로 만든 구절 {encoded}",
    "replayed": "저장된 질문 {asked}개를 다시 물었고, {kept}개는 답이 그대로입니다.",
    "answers_vanished": "답이 사라진 질문 {count}개",
    "answers_changed": "답이 바뀐 질문 {count}개",
    "sources_added": "더한 브리핑 {count}건",
    "sources_changed": "바뀐 브리핑 {count}건",
    "sources_renamed": "이름이 바뀐 브리핑 {count}건",
    "sources_removed": "뺀 브리핑 {count}건",
    "sources_unchanged": "바뀐 브리핑이 없습니다.",
    "rolled_back": (
        "앞 세대로 되돌렸습니다. ‘다시 색인하기’를 누르면 다시 폴더의 지금 내용이 됩니다."
    ),
    "refused": "읽지 못한 파일 {count}개",
    "error_missing": "아직 색인이 없습니다. ‘색인’ 탭에서 색인을 만들어 주세요.",
    "error_damaged": "색인 파일이 손상되었습니다. ‘색인’ 탭에서 다시 색인해 주세요. ({problems})",
    "error_mismatch": (
        "색인과 프로그램이 맞지 않습니다({what}: 색인 {built_with}, 프로그램 {now}). ‘색인’ "
        "탭에서 다시 색인해 주세요."
    ),
    "error_store_empty": (
        "저장소 {store}에 색인이 없습니다. python -m index push --store {store} 로 올려 주세요."
    ),
    "error_store_damaged": (
        "저장소 {store}의 색인이 올린 그대로가 아닙니다({problems}). python -m index push --store "
        "{store} 로 다시 올려 주세요."
    ),
    "error_store_failed": (
        "저장소 {store}에 물을 수 없습니다({detail}). 서버가 켜져 있는지, 주소와 토큰이 맞는지 "
        "확인하고 다시 시도해 주세요."
    ),
    "error_busy": "다른 프로그램{by}이 색인하고 있습니다. 끝난 뒤에 다시 시도해 주세요.",
    "error_not_written": (
        "색인 폴더 ‘{folder}’에 쓸 수 없습니다({detail}). 공간과 권한을 확인하거나 --index로 다른 "
        "폴더를 지정하세요. 전의 색인은 그대로 쓸 수 있습니다."
    ),
    "error_cancelled": (
        "색인을 멈췄습니다. 색인은 전과 같고, 다음 색인은 여기서부터 이어서 합니다."
    ),
    "error_vanished": (
        "저장된 질문의 답이 사라지게 되어 색인을 바꾸지 않았습니다({questions}). "
        "바뀐 브리핑을 살펴보거나, --strict 없이 색인하세요."
    ),
    "error_no_rollback": "되돌릴 이전 세대가 없습니다. 색인을 새로 만드세요.",
    "error_model": (
        "모델 ‘{name}’을 불러올 수 없습니다({reason}). 모델을 지정하지 않으면 내장 한국어 "
        "모델을 씁니다."
    ),
    "error_workers": (
        "{address}의 Dask 스케줄러가 벡터를 만들지 못했습니다({detail}). 이 패키지를 설치한 "
        "워커와 함께 떠 있는지 확인하거나 --dask 없이 색인하세요. 다음 색인은 만든 데서부터 "
        "이어서 합니다."
    ),
    "error_extra": '추가 패키지가 필요합니다: pip install "briefing-qa[{extra}]"',
    "error_source": "‘{path}’ 파일을 읽을 수 없습니다: {reason}",
    "source_no_folder": "그런 폴더가 없습니다. 브리핑이 든 폴더를 지정하세요.",
    "source_no_briefings": "브리핑이 없습니다. 이 폴더에 {kinds} 파일을 넣으세요.",
    "source_none_readable": "파일 {count}개 가운데 읽을 수 있는 것이 없습니다. 첫 파일: {first}",
    "source_same_name": "이름이 똑같은 파일이 이 폴더에 또 있습니다. 하나의 이름을 바꾸세요.",
    "source_not_indexed": (
        "이런 이름의 브리핑은 색인에 없습니다. python -m index status로 이름을 볼 수 있습니다."
    ),
    "source_nothing_left": "빼고 나면 남는 브리핑이 없습니다. 하나는 남겨 두세요.",
    "source_not_opened": "열 수 없습니다({detail}). 권한을 확인하세요.",
    "source_too_large": "{size}바이트로, 한도 {limit}MB를 넘습니다. 날짜별로 나누세요.",
    "source_empty": "빈 파일입니다. 브리핑 내용을 넣으세요.",
    "source_no_sentence": "읽을 수 있는 문장이 없습니다. 제목과 그 아래 본문이 있어야 합니다.",
    "source_archive": "ZIP, 워드 또는 HWPX 파일입니다. 텍스트나 PDF로 저장해 넣으세요.",
    "source_old_document": "HWP 또는 옛 워드 파일입니다. 텍스트나 PDF로 저장해 넣으세요.",
    "source_not_text": "{offset}번째 바이트가 0이라 글이 아닙니다. 텍스트, HTML, PDF를 넣으세요.",
    "source_bad_byte": (
        "{offset}번째 바이트가 {encoding} 글자가 아닙니다. UTF-8로 다시 저장하세요."
    ),
    "source_html_without_text": "HTML에 읽을 글이 없습니다. 기사 본문을 붙여 넣으세요.",
    "source_pdf_locked": "암호로 잠긴 PDF입니다. 암호 없이 저장해 넣으세요.",
    "source_pdf_broken": "읽을 수 없는 PDF입니다({detail}). 다시 저장해 넣으세요.",
    "source_pdf_without_text": "글자가 없고 그림뿐인 PDF입니다. 원래 글을 넣으세요.",
    "source_bad_entity": (
        "{line}째 줄에 이름, 탭, 종류가 있어야 합니다. index/words/entities.tsv를 보세요."
    ),
    "source_bad_group": (
        "{line}째 줄에 낱말이 둘 이상 |로 나뉘어 있어야 합니다. index/words/synonyms.txt를 보세요."
    ),
    "source_other_kind": "읽지 않는 종류의 파일입니다. {kinds} 파일을 넣으세요.",
    "source_not_taken": ("이 폴더에 파일을 쓸 수 없습니다({detail}). 권한과 공간을 확인하세요."),
    "source_bad_question": ("{line}번째 줄이 저장된 질문이 아닙니다({detail}). 고치거나 지우세요."),
    "source_no_words": "이 폴더에 entities.tsv도 synonyms.txt도 없습니다.",
    "error_other": "처리하지 못했습니다: {message}",
    "serving": "{url} 에서 물어보세요. Ctrl+C로 끝냅니다.",
    "port_taken": (
        "{host}:{port}에서 시작할 수 없습니다. 다른 프로그램이 쓰고 있다면 --port로 다른 "
        "번호를 지정하세요."
    ),
}
