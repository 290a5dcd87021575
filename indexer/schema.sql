-- One generation's documents, read-only once published. Ids are internal to the generation; what lasts
-- across generations is documents.key, passages.key and findings.key.

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    force TEXT,                         -- slug of the one it is about; NULL where there is none, or there are several
    date TEXT,                          -- ISO 8601, as exact as the text is
    register_number TEXT,
    url TEXT,
    source TEXT NOT NULL,               -- path as given to build
    other_sources TEXT NOT NULL,        -- JSON list: further copies merged into this document
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    notes TEXT NOT NULL,                -- JSON list of sentences
    evidence TEXT NOT NULL,             -- JSON list of objects: what kind, force, date and title were decided from
    left_out TEXT NOT NULL,             -- JSON list of sentences: parts of its file that were not read
    heard TEXT,                         -- the last day up to which its source is known
    fictional INTEGER NOT NULL          -- 1 for an invented one, of the sample that comes with the program
);

CREATE TABLE document_forces (          -- all forces that a document is about
    document INTEGER NOT NULL REFERENCES documents,
    force TEXT NOT NULL                 -- slug
);

CREATE TABLE sections (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    path TEXT NOT NULL                  -- JSON list of headings, outermost first
);

CREATE TABLE grades (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    section INTEGER REFERENCES sections,
    area TEXT NOT NULL,
    grade TEXT NOT NULL,                -- lower case as printed
    distribution TEXT,                  -- JSON object grade -> number of forces
    start INTEGER NOT NULL,
    direction TEXT,                     -- of travel, as printed beside it
    before TEXT                         -- the grade of an earlier inspection
);

CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    document INTEGER NOT NULL REFERENCES documents,
    section INTEGER NOT NULL REFERENCES sections,
    kind TEXT NOT NULL,
    number TEXT,
    text TEXT NOT NULL,
    deadline TEXT,
    deadline_text TEXT,
    addressees TEXT NOT NULL,           -- JSON list
    status TEXT,                        -- the last explicit one
    status_date TEXT,
    closure_signal TEXT,                -- what the comments of its record say of closure, all told
    fold INTEGER NOT NULL,              -- smallest findings.id of those that ask for the same
    status_word TEXT,                   -- what is printed for the status where that is another word
    status_by TEXT,                     -- whose word it is where not the inspectorate's: force | commissioner | committee
    target TEXT,                        -- the day that a tracker sets itself
    quoted INTEGER NOT NULL,            -- 1 where it belongs to an earlier report and is only cited
    owner TEXT                          -- who answers for it in the force, as printed
);

CREATE TABLE events (
    id INTEGER PRIMARY KEY,             -- file order
    document INTEGER NOT NULL REFERENCES documents,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- status | comment
    status TEXT,
    text TEXT NOT NULL,
    start INTEGER NOT NULL,
    says TEXT,                          -- what a comment says of closure: requested | decided | … | open
    says_start INTEGER,                 -- the sentence of its text that says it
    says_end INTEGER,
    echo INTEGER REFERENCES events,     -- an earlier comment that this one adds nothing to
    finding INTEGER REFERENCES findings -- the one it is about; NULL for all of its document
);

CREATE TABLE glossary (
    document INTEGER NOT NULL REFERENCES documents,
    term TEXT NOT NULL,
    meaning TEXT NOT NULL,
    start INTEGER NOT NULL
);

CREATE TABLE passages (
    id INTEGER PRIMARY KEY,             -- also the id in vectors/, columns/ and lexical/
    key TEXT NOT NULL UNIQUE,           -- lasts across generations
    document INTEGER NOT NULL REFERENCES documents,
    section INTEGER NOT NULL REFERENCES sections,
    finding INTEGER REFERENCES findings,
    event INTEGER REFERENCES events,
    parent INTEGER REFERENCES passages,
    fold INTEGER NOT NULL,              -- smallest passages.id of the passages that say the same
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    start INTEGER,
    "end" INTEGER,
    page INTEGER,
    date TEXT,                          -- the event's for a comment, else the document's
    grade TEXT                          -- grade stated for the section it stands in
);

CREATE TABLE wording (
    passage INTEGER PRIMARY KEY REFERENCES passages,
    content INTEGER NOT NULL,           -- words of the passage that mean something
    meanings TEXT NOT NULL              -- JSON list of [short form, what it stands for there]
);

CREATE TABLE words (
    word TEXT PRIMARY KEY,              -- of four letters or more, in small letters
    places INTEGER NOT NULL             -- passages that hold it, or stand under it
);

CREATE TABLE compounds (
    closed TEXT PRIMARY KEY,            -- written as one word, in small letters: followup
    apart TEXT NOT NULL                 -- as the passages write it too: "follow up", with a hyphen or without
);

CREATE TABLE shorts (
    short TEXT NOT NULL,
    means TEXT NOT NULL,                -- what it stands for in some passages
    passages INTEGER NOT NULL
);

CREATE TABLE standings (                -- what is worked out of the events of each finding, see indexer/standings.py
    finding INTEGER PRIMARY KEY REFERENCES findings,
    main INTEGER NOT NULL,              -- 1 where it is what its document asks for: the row of a record of the register
    several INTEGER NOT NULL,           -- 1 where its document tracks each of its findings by itself
    year TEXT,                          -- of its document, '' for none; NULL where it does not count: a quotation, or
                                        -- of a record of the register what is not main
    clock TEXT,                         -- the day its source is known up to, else that of the newest event
    owner TEXT                          -- who answers for it in the end
);

CREATE TABLE record_columns (           -- the register, each record as on its clock: see indexer/register_columns.py
    name TEXT PRIMARY KEY,
    texts TEXT NOT NULL,                -- JSON list: what codes stand for
    numbers BLOB NOT NULL
);

CREATE TABLE record_words (
    place INTEGER PRIMARY KEY,          -- of a record of the register, from 0: the latest published first
    words TEXT NOT NULL                 -- all that is looked through for words, in small letters
);

CREATE TABLE event_owners (             -- comments that name who answers
    event INTEGER PRIMARY KEY REFERENCES events,
    owner TEXT NOT NULL
);

CREATE TABLE stated (                   -- statuses and owners that any finding ever had, and the day of the newest event
    what TEXT NOT NULL,                 -- status | owner | newest
    value TEXT NOT NULL,
    PRIMARY KEY (what, value)
) WITHOUT ROWID;

CREATE TABLE openings (
    words TEXT NOT NULL,                -- the first six, in small letters, of a passage that asks for something
    passage INTEGER NOT NULL REFERENCES passages
);

CREATE INDEX openings_by_words ON openings (words);
CREATE INDEX passages_by_document ON passages (document);
CREATE INDEX passages_by_fold ON passages (fold);
CREATE INDEX passages_by_finding ON passages (finding, kind);
CREATE INDEX findings_by_document ON findings (document);
CREATE INDEX findings_by_fold ON findings (fold);
CREATE INDEX events_by_document ON events (document);
CREATE INDEX document_forces_by_document ON document_forces (document, force);
CREATE INDEX document_forces_by_force ON document_forces (force, document);
CREATE INDEX documents_by_register_number ON documents (register_number);
CREATE INDEX documents_by_date ON documents (date DESC, title, kind);
CREATE INDEX findings_by_number ON findings (number, kind);
CREATE INDEX standings_by_owner ON standings (owner);
CREATE INDEX words_by_length ON words (substr(word, 1, 1), length(word));
