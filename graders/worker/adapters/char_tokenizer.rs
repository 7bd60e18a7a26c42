//! Three functions, told apart by their arguments: `text` to `vocabulary`; `vocabulary` and `text` to `ids`; `vocabulary`
//! and `ids` to `text`. Text crosses as its code points, int64.

use student::tokenizer::{decode, encode, vocabulary};
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

type Vocabulary = fn(&str) -> Vec<char>;
type Encode = fn(&[char], &str) -> Result<Vec<i64>, InvalidInput>;
type Decode = fn(&[char], &[i64]) -> Result<String, InvalidInput>;

const _: (Vocabulary, Encode, Decode) = (vocabulary, encode, decode);

/// The adapter of `char_tokenizer`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "char_tokenizer",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    if arguments.optional_tensor("vocabulary").is_none() {
        let text: String = characters(arguments, "text")?.into_iter().collect();
        return Ok(Returned::one("vocabulary", code_points(arguments, vocabulary(&text))));
    }
    let vocabulary = characters(arguments, "vocabulary")?;
    if arguments.optional_tensor("ids").is_some() {
        let text = decode(&vocabulary, &integers(arguments, "ids")?).map_err(Problem::refused)?;
        return Ok(Returned::one("text", code_points(arguments, text.chars())));
    }
    let text: String = characters(arguments, "text")?.into_iter().collect();
    let ids = encode(&vocabulary, &text).map_err(Problem::refused)?;
    Ok(Returned::one("ids", arguments.values(&ids)))
}

fn integers(arguments: &Arguments, name: &str) -> Result<Vec<i64>, Problem> {
    Vec::<i64>::try_from(arguments.tensor(name)?).map_err(|error| Problem::BadRequest(error.to_string()))
}

fn characters(arguments: &Arguments, name: &str) -> Result<Vec<char>, Problem> {
    let character = |code: i64| u32::try_from(code).ok().and_then(char::from_u32);
    let characters = integers(arguments, name)?
        .into_iter()
        .map(character)
        .collect::<Option<_>>();
    characters.ok_or_else(|| Problem::BadRequest(format!("`{name}` is not made of code points")))
}

fn code_points(arguments: &Arguments, characters: impl IntoIterator<Item = char>) -> Tensor {
    let codes: Vec<i64> = characters
        .into_iter()
        .map(|character| i64::from(u32::from(character)))
        .collect();
    arguments.values(&codes)
}
