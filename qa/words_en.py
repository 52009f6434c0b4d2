"""Every word that a person sees, in English; why a file is refused stands in `index.errors`."""

WORDS = {
    "product": "Briefing Q&A",
    "tab_ask": "Ask",
    "tab_index": "Index",
    "ask_label": "Your question",
    "ask_placeholder": "Ask about the briefings",
    "send": "Send",
    "new_chat": "New chat",
    "rebuild": "Index again",
    "rollback": "Go back to the index before",
    "build": "Build the index",
    "empty_title": "What would you like to know from the briefings?",
    "empty_text": (
        "Answers quote the briefings word for word and show which segment they came from."
    ),
    "hint_keys": "Enter sends, Shift+Enter starts a new line.",
    "hint_empty": "Please type a question.",
    "hint_long": "This question is too long: {length} characters, and {limit} is the limit.",
    "loading": "Getting ready…",
    "ready": "Ready — briefings: {sources}, segments: {sections}",
    "no_index": "There is no index yet. “Build the index” reads the briefings in “{folder}”.",
    "reading": "Looking through the briefings…",
    "waiting": "Will answer as soon as everything is loaded…",
    "understood_as": "Read with the question before: {question}",
    "only_related": "Not surely the answer: these are related passages.",
    "scope": "Narrow the search",
    "scope_since": "From",
    "scope_until": "Until",
    "scope_programme": "Programme",
    "scope_source": "Briefing",
    "scope_all": "all",
    "scope_remove": "remove",
    "previous": "← Previous segment",
    "next": "Next segment →",
    "only_this": "Ask only this briefing",
    "save_markdown": "Save as Markdown",
    "save_json": "Save as JSON",
    "print": "Print",
    "period": "Days: {phrase} ({days})",
    "period_none": "no briefing of that day",
    "any_day": "Search all days",
    "suggestion": "Did you mean",
    "follow_ups": "Ask next",
    "cited": "Sources",
    "further": "More to read",
    "why": "Why this passage",
    "whole_passage": "The whole passage",
    "why_terms": "Words of the question: {words}",
    "why_others": "Words that mean the same: {words}",
    "why_words": "By words: number {rank}",
    "why_words_not": "Not found by words",
    "why_meaning": "By meaning: number {rank}",
    "why_meaning_not": "Not found by meaning",
    "written": (
        "Written by a language model — its numbers, dates and names were looked up in the passages "
        "it cites"
    ),
    "writing": "The language model is writing…",
    "written_quoted": "a quote, as the passage does not support the model’s sentence",
    "llm_failed": "{reason}. The quotes are the answer.",
    "llm_away": "The language model’s server can’t be reached",
    "llm_slow": "The language model’s server did not answer in time",
    "llm_refused": "The language model’s server refused (HTTP {detail})",
    "llm_rubbish": "The reply of the language model’s server can’t be read",
    "llm_broken": "The reply of the language model’s server broke off",
    "llm_silent": "The language model says that the quoted passages hold no answer",
    "copy_answer": "Copy answer",
    "copy_link": "Copy link",
    "copied": "Copied",
    "judge_right": "Right",
    "judge_wrong": "Wrong",
    "judge_this": "This is the answer",
    "judged": "Noted, thank you",
    "nearest": "Nearest passages — not an answer",
    "none_title": "No evidence found",
    "none_text": (
        "No sentence in the indexed briefings answers this. Try other words, or be more specific."
    ),
    "none_missing": "Names that no indexed briefing mentions: {names}",
    "failed_title": "Could not answer",
    "open": "Open in the briefing",
    "close": "Close",
    "undated": "undated",
    "no_heading": "Untitled segment",
    "gone_title": "This place can’t be opened",
    "gone_text": "The briefing left the index or its text has changed. Please ask again.",
    "column_title": "Briefing",
    "column_date": "Date",
    "column_programme": "Programme",
    "column_sections": "Segments",
    "column_passages": "Passages",
    "sources_not_found": "No briefing holds these words: title, programme, date (2024-04-23).",
    "find": "Find briefings",
    "more": "Show more",
    "stop": "Stop",
    "watch": "Index the folder’s changes by itself",
    "intake": "Add briefings",
    "intake_files": "Files",
    "intake_paste": "Or paste a page’s text",
    "intake_look": "Look what is in them",
    "intake_take": "Put into the folder and index",
    "intake_nothing": "Choose files, or paste a text.",
    "intake_sections": "Segments: {count}",
    "sources_none": "No briefings are indexed.",
    "stage_start": "Starting",
    "stage_read": "Reading briefings",
    "stage_embed": "Indexing passages",
    "stage_write": "Writing the index",
    "progress": "{done}/{total} · {rate} per second · {left}",
    "left_seconds": "about {count} s left",
    "left_minutes": "about {count} min left",
    "left_unknown": "estimating time left",
    "built": (
        "Indexed in {seconds} s — briefings: {sources}, segments: {sections}, passages: {passages}"
    ),
    "embedded": "Passages {before} → {after}, embedded anew {encoded}",
    "replayed": "Asked {asked} saved questions again; {kept} are answered as before.",
    "answers_vanished": "Answers that vanished: {count}",
    "answers_changed": "Answers that changed: {count}",
    "sources_added": "Briefings added: {count}",
    "sources_changed": "Briefings changed: {count}",
    "sources_renamed": "Briefings renamed: {count}",
    "sources_removed": "Briefings removed: {count}",
    "sources_unchanged": "No briefing has changed.",
    "rolled_back": ("Back to the index before. “Index again” makes it what the folder holds now."),
    "refused": "Files that could not be read: {count}",
    "error_missing": "There is no index yet. Build one in the “Index” tab.",
    "error_damaged": "The index is damaged. Index again in the “Index” tab. ({problems})",
    "error_mismatch": (
        "The index does not fit this program ({what}: index {built_with}, program {now}). "
        "Index again in the “Index” tab."
    ),
    "error_store_empty": (
        "There is no index on {store}. Push one with: python -m index push --store {store}"
    ),
    "error_store_damaged": (
        "The index on {store} is not what was pushed ({problems}). Push it again with: python -m "
        "index push --store {store}"
    ),
    "error_store_failed": (
        "The store at {store} can’t be asked ({detail}). See that its server runs and that address "
        "and token are right, then try again."
    ),
    "error_busy": "Another program{by} is indexing. Try again when it is done.",
    "error_not_written": (
        "The index folder “{folder}” can’t be written ({detail}). Check its space and rights, or "
        "name another with --index. The index that was there still serves."
    ),
    "error_cancelled": (
        "The build was cancelled. The index is as it was, and the next build goes on from here."
    ),
    "error_vanished": (
        "Saved questions would lose their answers ({questions}), so the index was left as "
        "it was. Look at the briefings that changed, or build without --strict."
    ),
    "error_no_rollback": "There is no earlier generation to go back to. Build the index anew.",
    "error_model": (
        "The model “{name}” can’t be loaded ({reason}). Without --model, the built-in "
        "Korean model is used."
    ),
    "error_workers": (
        "The Dask scheduler at {address} can’t embed ({detail}). Look whether it runs with workers "
        "that have this package, or build without --dask. The next build goes on from what they "
        "embedded."
    ),
    "error_extra": 'This needs an optional package: pip install "briefing-qa[{extra}]"',
    "error_source": "The file “{path}” can’t be read: {reason}",
    "error_other": "This could not be done: {message}",
    "serving": "Ask at {url} — Ctrl+C ends it.",
    "port_taken": (
        "Can’t start on {host}:{port}. If another program uses it, choose another number "
        "with --port."
    ),
}
