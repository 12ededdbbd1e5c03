//! The tantivy index: which articles are worth a closer look.
//!
//! It lives in memory and is one segment, built in the calling thread: an index writer would start threads and
//! reserve fifteen megabytes for each. Documents keep the order in which they are added, so a document's number is
//! the article's position.

use std::sync::Arc;

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexReader, ReloadPolicy, SegmentReader, TantivyDocument, Term};

use super::analysis::{ArticleText, Passage};
use super::vocabulary::{QUESTIONS, TEXT, TITLE};
use super::{Article, KnowledgeError};

/// So many articles are looked at closely, however few are asked for.
pub(super) const CANDIDATES: usize = 12;
/// The most that a search looks at.
const MOST_CANDIDATES: usize = 200;
/// The most terms of a question that are looked up.
const MOST_TERMS: usize = 96;
/// Decides how large tantivy makes its first hash tables, in bytes; they grow where articles need more.
const BUILD_MEMORY: usize = 1 << 20;

const TITLE_BOOST: f32 = 1.5;
const QUESTIONS_BOOST: f32 = 2.0;
const TEXT_BOOST: f32 = 0.7;

/// A term of a question and where articles have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup<'v> {
    pub(super) text: &'v str,
    pub(super) places: u8,
}

pub(super) struct ArticleIndex {
    reader: IndexReader,
    fields: Fields,
    articles: Arc<[Validity]>,
}

struct Fields {
    title: Field,
    questions: Field,
    text: Field,
}

#[derive(Clone, Copy)]
struct Validity {
    from: Option<jiff::Timestamp>,
    until: Option<jiff::Timestamp>,
}

impl Validity {
    fn holds(self, at: jiff::Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

impl ArticleIndex {
    pub(super) fn build(
        articles: &[Article],
        texts: &[ArticleText],
    ) -> Result<Self, KnowledgeError> {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true);
        let options = TextOptions::default().set_indexing_options(indexing);
        let mut schema = Schema::builder();
        let fields = Fields {
            title: schema.add_text_field("title", options.clone()),
            questions: schema.add_text_field("questions", options.clone()),
            text: schema.add_text_field("text", options),
        };
        let mut writer = Index::builder()
            .schema(schema.build())
            .single_segment_index_writer(
                tantivy::directory::RamDirectory::create(),
                BUILD_MEMORY,
            )?;
        for text in texts {
            let mut document = TantivyDocument::new();
            document.add_text(fields.title, joined(&text.title));
            for question in &text.questions {
                document.add_text(fields.questions, joined(question));
            }
            document.add_text(fields.text, joined(&text.text));
            writer.add_document(document)?;
        }
        let reader = writer
            .finalize()?
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let validity = |article: &Article| Validity {
            from: article.valid_from,
            until: article.valid_until,
        };
        Ok(Self {
            reader,
            fields,
            articles: articles.iter().map(validity).collect(),
        })
    }

    /// Positions of valid articles that have some of the terms, the best by BM25 first.
    pub(super) fn candidates(
        &self,
        lookups: &[Lookup<'_>],
        at: jiff::Timestamp,
        limit: usize,
    ) -> Vec<usize> {
        let query = BooleanQuery::new(self.clauses(lookups));
        let articles = Arc::clone(&self.articles);
        let only_valid = move |_: &SegmentReader| {
            let articles = Arc::clone(&articles);
            move |document: u32, score: f32| {
                let position = usize::try_from(document).unwrap_or(usize::MAX);
                if articles
                    .get(position)
                    .is_some_and(|article| article.holds(at))
                {
                    score
                } else {
                    -1.0
                }
            }
        };
        let top = TopDocs::with_limit(limit.clamp(1, MOST_CANDIDATES)).tweak_score(only_valid);
        let found = match self.reader.searcher().search(&query, &top) {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(%error, "the knowledge index can't be read");
                Vec::new()
            }
        };
        let valid = found.into_iter().filter(|(score, _)| *score >= 0.0);
        valid
            .filter_map(|(_, address)| usize::try_from(address.doc_id).ok())
            .collect()
    }

    fn clauses(&self, lookups: &[Lookup<'_>]) -> Vec<(Occur, Box<dyn Query>)> {
        let fields = [
            (self.fields.title, TITLE, TITLE_BOOST),
            (self.fields.questions, QUESTIONS, QUESTIONS_BOOST),
            (self.fields.text, TEXT, TEXT_BOOST),
        ];
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for lookup in lookups.iter().take(MOST_TERMS) {
            for (field, place, boost) in fields {
                if lookup.places & place != 0 {
                    let term = Term::from_field_text(field, lookup.text);
                    let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
                    clauses.push((
                        Occur::Should,
                        Box::new(BoostQuery::new(Box::new(query), boost)),
                    ));
                }
            }
        }
        clauses
    }
}

/// Our own words, for tantivy to part at the blanks: handing over its token type costs three times as much.
fn joined(passage: &Passage) -> String {
    passage.terms.join(" ")
}
