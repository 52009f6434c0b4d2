"""What on a page belongs to the site or the studio rather than to a story, told line by line.

Captions, copyright, buttons, tip-off lines, reactions, greetings and sign-offs. `is_furniture` is
strict, for lines between paragraphs of a story; `is_edge_furniture` is lenient, for the head and
the foot of a page, where a site says much about itself in whole sentences.

The rules are about words that sites use of themselves, not about any one site. Knows nothing about
where on the page a line stands, or about headings and dates.
"""

from __future__ import annotations

import re

ROLES = r"(?:앵커|캐스터|기자|아나운서|리포터|특파원|에디터|통신원|진행자|논설위원)"

_MAX_FURNITURE = 300  # characters; what is longer was written to be read

# The words of buttons and menus. A line mostly made of them is a row of buttons, in whatever order
# and on whatever site; counting letters needs no list of known rows.
_BUTTONS = re.compile(
    "글자|글씨|글꼴|폰트|크기|크게|작게|보통|키우기|줄이기|조[절정]하?기?|변경하?기?|설정|인쇄하?기?|"
    "프린트|공유하?기?|스크랩|저장|북마크|책갈피|댓글|공감|추천|좋아요|슬퍼요|화나요|훈훈해요|싫어요|"
    "놀라워요|유용해요|아쉬워요|응원하기|후속|원해요|음성|본?문?\\s?듣기|읽어주기|재생|번역|요약|보기|"
    "쓰기|남기기|원문|기사|뉴스|본문|다크모드|구독하?기?|카카오톡|페이스북|트위터|메일|이메일|밴드|"
    "URL|SNS|주소|복사|로그인|닫기|열기|더보기|목록|이전|다음|맨|위로|처음으로|홈|많이|본|인기|실시간|"
    "이 시각|주요|랭킹|오늘의|화제의|핫이슈|이슈|포토|영상|동영상|숏폼|관련|태그|조회수?|의견|독자|"
    "바로\\s?가기|내려\\s?받기|다운로드|모아|다시|모바일|피씨|PC|앱|알림|채널|뉴스레터|신청|제보하?기?|"
    "오류|신고|문의|광고|안내|개인정보|처리방침|저작권|정책|이용약관|고정|취소|선택|표시|적용|메뉴|"
    "함께|볼만한|프로필|응원수|전체|회원가입|스크롤|이동|상태바|사용하기|텍스트|변환|서비스|"
    "검색|입력|수정|등록|등록순|최신순|경제|정치|사회|국제|문화|연예|스포츠"
)
_ENDING = re.compile(r"""[.!?…]["'”’」』)\]]*$|(?:니다|세요)$|[가-힣][다요죠]\.""")
_STATEMENT = re.compile(r"""[가-힣][다요죠]\.["'”’]?(?:\[\d+\])*$""")

_RIGHTS = re.compile(
    r"^\W*(?:ⓒ|©|\(c\)|copyrights?\b)|all rights reserved|"
    r"저작권자\s*[(ⓒ©<]|저작권자.*(?:무단|금지)|"
    r"무단\s?(?:전재|복제|배포|수집|사용|도용).*(?:금지|금합니다|불허)|AI\s?학습.*금지",
    re.IGNORECASE,
)
_RIGHTS_AFTER = re.compile(r"[ⓒ©]\s?\S+.{0,30}$")  # 어떤 사진 ⓒ 어떤뉴스
_CAPTION = re.compile(
    r"^\W*(?:자료|보도|참고)?\s?(?:사진|그래픽|이미지|일러스트|인포그래픽|영상)\s?(?:[=:/|©ⓒ]|제공|출처|$)|"
    r"[\[(/<]\s?(?:자료\s?)?(?:사진|출처|이미지|그래픽|제공|캡처|자료)\s?[=:][^\])>]{1,40}[\])>]?$|"
    r"[\[(][^\])=]{1,20}=[^\])=]{1,20}(?:제공)?[\])]$|"
    r"(?<![다요죠])\.\s?[\[(][가-힣A-Za-z]{2,12}[\])]$|\s\S{2,12}\s제공$|"
    r"\.\s(?:19|20)\d\d\.\s?\d{1,2}\.\s?\d{1,2}\.?\s?(?:/\S{2,8}|\S+@\S+)?$|"
    r"^\W*(?:사진|이미지) (?:확대|크게 보기)$"
)
_SPEAKER = re.compile(
    r"^[\[<【(](?:앵커|기자|리포트|앵커멘트|멘트|인터뷰|녹취|VCR|현장음)[\]>】)]$|^(?:앵커|기자)\s?:$"
)
_CONTACT = re.compile(
    rf"^(?:\W*(?:[가-힣]{{2,4}}\s?{ROLES}?|전화|이메일|메일|팩스)\s*)?\W*(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|0\d{{1,2}}-\d{{3,4}}-\d{{4}}.{{0,20}})\W*$|"
    rf"^\W*[가-힣]{{2,4}}\s?{ROLES}$|^(?:#\S+\s*)+$"
)
_ADVERT = re.compile(r"^\W*(?:AD|광고|advertisements?|sponsored)\W*$|^\W*\(끝\)\W*$", re.IGNORECASE)
_POINTER = re.compile(
    r"^\W*(?:\[?관련\s?(?:기사|뉴스|영상|태그)|함께 (?:읽|보)|추천\s?기사|많이\s?본|"
    r"다른 기사|제보\s?(?:는|하기|전화|메일|:)|뉴스\s?제보|기사\s?제보)|"
    r"(?:바로\s?가기|더\s?보기|내려\s?받기|다운\s?받기|모아\s?보기|보러\s?가기|다시\s?보기|제보하기|"
    r"구독하기|클릭)\W*$"
)
_REACTIONS = re.compile(r"^(?:\S{1,9}\s{1,3}\d[\d,]*\s*){3,}$")
_CREDITS = re.compile(
    r"^\W*(?:취재|구성|영상편집|촬영|편집|글|제작|진행)\s?[:=]?\s?[가-힣]{2,4}\s?[/·,|]"
)
_APPEAL = re.compile(r"(?:여러분|당신|시청자|독자)\S*\s제보")

_ASKS_READER = re.compile(r"(?:주세요|보세요|하세요|바랍니다|십시오|나요|까요|셨다면.*|세요)\W*$")
_SITE_WORDS = re.compile(
    "기사|뉴스|소식|의견|댓글|구독|좋아요|제보|친구로 추가|채널|검색|홈페이지|카카오톡|이메일|앱|"
    "서비스|로그인"
)
_SITE_SENTENCES = re.compile(
    r"^\((?:예시|보기)\)|구독과 좋아요|요약봇|(?:자동|인공지능|AI)\S*\s.*요약|"
    r"로그인 후|제보를\s기다|"
    r"요약.*(?:본문|전체 맥락|다를 수|참고용)|방송 (?:원고|스크립트)|"
    r"섹션 정보|섹션으로 분류|기사 이용|투자\s?판단.*책임|저작권은|저작물|친구로 추가|"
    r"콘텐츠.*금(?:지|합니다)|무단\s?(?:전재|복제)|홈페이지 = |뉴스(?:를 만나|.*서비스입니다)|"
    r"(?:글자|글씨|선택한|바뀐|변경한)\s?크기"
)

_HELLO = re.compile(r"^(?:네,?\s)?(?:안녕하|반갑습니다|좋은 아침|시청자 여러분|독자 여러분)")
_OUTLOOK = re.compile(
    r"(?:소식|뉴스|브리핑|이슈|시황|결정|시간|비보).*(?:"
    r"(?:짚어|살펴|챙겨|만나|알아|들여다|확인해|함께)\s?(?:보|봅)\S*|전해\s?드\S+|전합니다|정리했습니다|"
    r"준비했습니다|모았습니다|열겠습니다|시작합니다|시작하겠습니다|출발합니다|시간입니다)\W*$|"
    r"^.{0,20}(?:시작합니다|시작하겠습니다|출발합니다)\W*$"
)
_OPENS = re.compile(
    r"(?:입니다|합니다|드립니다|전합니다|하겠습니다|봅니다|겠습니다|시죠|보죠|세요)\W*$"
)
# Sure enough to cut off whatever follows; "지금까지 인도는 …해 왔습니다" must not be.
_SIGN_OFF = re.compile(
    r"^(?:지금|여기)까지\D{1,40}(?:였습니다|이었습니다|드렸습니다|했습니다)\W*$|"
    r"여기까지(?:입니다|였습니다|다|였다)\W*$|"
    r"^(?:오늘|이상)\D{0,25}(?:여기서 |이만 )?(?:마칩니다|마치겠습니다|마친다|멈춥니다)\W*$|"
    r"^이상(?:으로)?[, ]\D{1,40}[였었](?:습니다|다)\W*$|^\W*끝\W*$"
)
_CLOSES = re.compile(
    r"(?:였습니다|이었습니다|마칩니다|마치겠습니다|인사\s?드\S+|뵙겠습니다|오겠습니다|"
    r"여기까지입니다)\W*$"
)
_WISHES = re.compile(
    r"^.{0,25}(?:마칩니다|마치겠습니다|인사\s?드\S+|뵙겠습니다|뵙죠|(?:찾아|돌아|다시) ?오겠습니다|"
    r"전해\s?드렸습니다)\W*$|"
    r"(?:고맙습니다|감사합니다|힘내세요)\W*$|^내일 뵙|^\D{0,12}조심하\S+\W*$|"
    r"(?:하루|주말|아침|저녁|밤|요일|시간|한 주|오후|연휴)\s?"
    r"(?:잘\s)?(?:되|보내)\S+(?:\s바랍니다)?\W*$"
)
# That the programme comes again, and nobody but it: "양측은 다음 주 다시 만난다" names somebody,
# and "다음 주부터 시행된다" is news.
_AGAIN = re.compile(
    r"(?:내일|모레|다음 ?(?:주|호|편|장|시간|순서)|[월화수목금토일]요일).*"
    r"(?:만나|만납|만난|뵙|뵐|뵌|찾아|잇는|잇습|잇겠|싣는|싣겠|돌아오|함께해|다시 .*겠(?:습니)?다)"
)
_US = re.compile(r"\b(?:저는|저희는|우리는|(?:오늘|다음)\S* ?\S*[은는])\s")
_SOMEBODY = re.compile(r"\S[은는이가] ")
_REPORTER = re.compile(rf"^[가-힣]{{2,4}} (?:{ROLES})\W*$")


def is_prose(line: str) -> bool:
    """Tell whether a line ends as a sentence does, so that a heading or a button is not prose."""
    return bool(_ENDING.search(line)) or (len(line) >= 60 and line.count(" ") >= 9)


def is_furniture(line: str) -> bool:
    """Tell whether a line can't be part of a story wherever it stands."""
    if not any(char.isalnum() for char in line):
        return True  # a rule: -----
    if len(line) > _MAX_FURNITURE:
        return False
    if _CAPTION.search(line) or _SPEAKER.match(line) or _CONTACT.match(line):
        return True
    if _ADVERT.match(line) or _RIGHTS.search(line) or _APPEAL.search(line):
        return True
    if _REACTIONS.match(line) or (_RIGHTS_AFTER.search(line) and not _STATEMENT.search(line)):
        return True
    return not is_prose(line) and bool(
        _POINTER.search(line) or _CREDITS.match(line) or _buttons(line) >= 0.6
    )


def is_edge_furniture(line: str) -> bool:
    """Tell whether a line at the head or the foot of a page is the site speaking of itself."""
    if is_furniture(line):
        return True
    if len(line) > _MAX_FURNITURE:
        return False
    if _SITE_SENTENCES.search(line) or (_ASKS_READER.search(line) and _SITE_WORDS.search(line)):
        return True
    return _buttons(line) >= (0.6 if line.endswith((".", "?", "!")) else 0.4)


def ends_page(line: str) -> bool:
    """Tell whether nothing of the page's own stands below this line."""
    return len(line) <= _MAX_FURNITURE and bool(_RIGHTS.search(line))


def is_greeting(sentence: str, names: tuple[str, ...]) -> bool:
    """Tell whether an anchor opens the programme with this sentence; `names` are its and theirs."""
    if len(sentence) > 80:
        return False
    if _HELLO.match(sentence) or _OUTLOOK.search(sentence):
        return True
    return _mentions(sentence, names) and len(sentence) <= 45 and bool(_OPENS.search(sentence))


def signs_off(sentence: str, names: tuple[str, ...]) -> bool:
    """Tell whether an anchor ends the programme with this sentence, whatever may still follow."""
    if len(sentence) > 60:
        return False
    named = _mentions(sentence, names) and len(sentence) <= 45
    return bool(_SIGN_OFF.search(sentence) or (named and _CLOSES.search(sentence)))


def is_farewell(sentence: str, names: tuple[str, ...]) -> bool:
    """Tell whether this sentence, where nothing follows it, is a sign-off or a wish."""
    if signs_off(sentence, names) or (len(sentence) <= 60 and _WISHES.search(sentence)):
        return True
    if len(sentence) > 45:
        return False
    if _mentions(sentence, names) or _REPORTER.match(sentence):
        return True
    meant = _SOMEBODY.search(_US.sub("", sentence))
    return bool(_AGAIN.search(sentence)) and not meant and not re.search(r"\d", sentence)


def _mentions(sentence: str, names: tuple[str, ...]) -> bool:
    folded = sentence.replace(" ", "")
    return any(name.replace(" ", "") in folded for name in names if len(name) > 1)


def _buttons(line: str) -> float:
    letters = sum(char.isalpha() for char in line)
    covered = sum(len(match.group().replace(" ", "")) for match in _BUTTONS.finditer(line))
    alone = len(re.findall(r"(?<!\S)가[+-]?(?!\S)", line))  # 가 가 가: the sizes themselves
    return (covered + alone) / letters if letters else 1.0
