-- People's work. Nothing here is ever made again from documents. Tables are added, never changed: programs of any
-- version open the file, and what a later one added is left alone by an earlier one.

CREATE TABLE IF NOT EXISTS corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,                   -- ISO 8601, UTC
    who TEXT NOT NULL,
    passage TEXT,                       -- passages.key; NULL for a text that was pasted
    words TEXT NOT NULL,                -- hash of the text's words: the same text is the same wherever it stands
    text TEXT NOT NULL,
    document TEXT NOT NULL,             -- its title, to be told by when the passage is gone
    before TEXT NOT NULL,               -- JSON object theme -> origin, as it was shown
    model TEXT,                         -- id of the theme model that had tagged it
    after TEXT NOT NULL,                -- JSON list of the themes it has, and no others
    why TEXT NOT NULL,
    section TEXT NOT NULL,              -- JSON list of the headings that it stands under
    undone_at TEXT,
    undone_by TEXT
);
CREATE INDEX IF NOT EXISTS corrections_by_passage ON corrections (passage);
CREATE INDEX IF NOT EXISTS corrections_undone ON corrections (undone_at);
CREATE INDEX IF NOT EXISTS corrections_by_words ON corrections (words);

-- A hash of each correction as it was made, so that a byte that changed on the disk is found. What programs without it
-- add is sealed with the next correction, and what is undone is no part of it.
CREATE TABLE IF NOT EXISTS seals (correction INTEGER PRIMARY KEY, sha256 TEXT NOT NULL);

-- What people say of documents: it wins over what was read, from the next build on.
CREATE TABLE IF NOT EXISTS details (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,                   -- ISO 8601, UTC
    who TEXT NOT NULL,
    document TEXT NOT NULL,             -- documents.key, which no such statement changes
    title TEXT NOT NULL,                -- of the document then, to be told by when it is gone
    field TEXT NOT NULL,                -- force | date | kind | title | status
    before TEXT NOT NULL,               -- JSON: what was shown, null for not known
    after TEXT NOT NULL,                -- JSON: forces are slugs joined by ";", or "none"
    day TEXT NOT NULL,                  -- of a status, ISO 8601; else empty
    finding TEXT NOT NULL,              -- findings.key that a status is about; empty for the whole record
    why TEXT NOT NULL,
    undone_at TEXT,
    undone_by TEXT
);
CREATE INDEX IF NOT EXISTS details_by_document ON details (document);

-- Searches that people keep. `asked` is the request as it is sent, a JSON object of names and lists of texts.
CREATE TABLE IF NOT EXISTS standing_searches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,                   -- ISO 8601, UTC
    who TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- search or similar
    asked TEXT NOT NULL,
    undone_at TEXT,                     -- deleted, and may be taken back
    undone_by TEXT
);
-- What each of them found last: the whole list, in JSON and compressed, and the generation that it was asked of.
CREATE TABLE IF NOT EXISTS standing_seen (
    search INTEGER PRIMARY KEY,
    generation TEXT NOT NULL,
    total INTEGER NOT NULL,             -- results in the list
    listed BLOB NOT NULL
);
-- What a generation changed for a search: one row for each result that is new, changed or gone.
CREATE TABLE IF NOT EXISTS standing_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    search INTEGER NOT NULL,
    generation TEXT NOT NULL,
    at TEXT NOT NULL,                   -- when it was found out
    kind TEXT NOT NULL,                 -- new, changed or gone
    what TEXT NOT NULL,                 -- JSON: the result before and after, and what differs
    read_at TEXT,
    read_by TEXT
);
CREATE INDEX IF NOT EXISTS standing_changes_by_search ON standing_changes (search, id);
-- What was sent to whom, so that nothing is sent twice.
CREATE TABLE IF NOT EXISTS standing_sent (
    search INTEGER NOT NULL,
    generation TEXT NOT NULL,
    channel TEXT NOT NULL,              -- webhook, mail, or mail and one address that has it where another was refused
    at TEXT NOT NULL,
    PRIMARY KEY (search, generation, channel)
);

-- Words that people added to the vocabulary. `kind` is means (typed words find others), short (a short form stands for
-- others) or meant (typed words are asked back about, as a slip is).
CREATE TABLE IF NOT EXISTS vocabulary_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,                   -- ISO 8601, UTC
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    typed TEXT NOT NULL,
    other TEXT NOT NULL,
    why TEXT NOT NULL,
    undone_at TEXT,
    undone_by TEXT
);

-- Briefs: what people put together to print, send and come back to. A row says what was put in, when and by whom, and is
-- never changed; whatever is done afterwards is an edit, and the latest of its kind holds.
CREATE TABLE IF NOT EXISTS briefs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,                   -- ISO 8601, UTC, as everywhere here
    who TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS brief_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    brief INTEGER NOT NULL,             -- briefs.id
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    part TEXT NOT NULL,                 -- heading that it stands under; empty for none
    kind TEXT NOT NULL,                 -- passage or finding
    key TEXT NOT NULL,                  -- passages.key or findings.key
    text TEXT NOT NULL,                 -- as it stood then, character by character
    citation TEXT NOT NULL,
    status TEXT,                        -- of the finding then, as the program names it
    status_date TEXT,
    as_of TEXT,                         -- the day that the status was true of
    generation TEXT NOT NULL,           -- id of the index that it was taken from
    details TEXT NOT NULL               -- JSON object: what else is shown of it when it is gone
);
CREATE INDEX IF NOT EXISTS brief_items_by_brief ON brief_items (brief);
CREATE TABLE IF NOT EXISTS brief_edits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    brief INTEGER NOT NULL,
    item INTEGER,                       -- brief_items.id; NULL for the brief as a whole
    field TEXT NOT NULL,                -- name, note, order (JSON list of brief_items.id), removed (yes or no)
    value TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS brief_edits_by_brief ON brief_edits (brief);

-- Receipts: what was asked, of what, and what came, kept because somebody asked for it. The id is the hash of the row.
CREATE TABLE IF NOT EXISTS receipts (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- search, similar, brief, tag
    body TEXT NOT NULL                  -- JSON object: asked, made_with, total, rows
);
