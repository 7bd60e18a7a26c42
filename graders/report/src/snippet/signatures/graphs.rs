//! Graphs: matrices, convolutions, attention, messages.

use judge::reproduction::Step;

use crate::snippet::signature::Signature;

const OUTPUT: &[(&str, &str)] = &[("output", "")];
const MATRIX: &[(&str, &str)] = &[("matrix", "")];
const CONVOLUTION: &[&str] = &[
    "let weights = GraphConvolutionWeights {",
    "    neighbour_weight: {neighbour_weight}.shallow_clone(),",
    "    self_weight: {self_weight}.shallow_clone(),",
    "};",
];
/// The four functions of a file, in its order.
const FIGURE_6: [(&[&str], &str); 4] = [
    (&["figure_6::left_adjacency"], "left_adjacency()"),
    (&["figure_6::right_adjacency"], "right_adjacency()"),
    (&["figure_6::left_adjacency_squared"], "left_adjacency_squared()"),
    (&["figure_6::right_laplacian"], "right_laplacian()"),
];

/// The signature of a function of these topics.
pub(in crate::snippet) fn graphs(step: &Step) -> Option<Signature> {
    Some(match step.task {
        "adjacency_matrix" => Signature::plain(
            &["graph::adjacency_matrix"],
            "adjacency_matrix(&{edge_index}, {num_nodes}, {like_as_kind}, Device::Cpu)",
            MATRIX,
        ),
        "degree_matrix" => Signature::plain(
            &["graph::degree_matrix"],
            "degree_matrix(&{edge_index}, {num_nodes}, {like_as_kind}, Device::Cpu)",
            MATRIX,
        ),
        "inverted_degree_matrix" => Signature::plain(
            &["graph::inverted_degree_matrix"],
            "inverted_degree_matrix(&{edge_index}, {num_nodes}, {like_as_kind}, Device::Cpu)",
            MATRIX,
        ),
        "laplacian" => Signature::plain(
            &["graph_algebra::laplacian"],
            "laplacian(&{edge_index}, {num_nodes}, {like_as_kind}, Device::Cpu)",
            MATRIX,
        ),
        "adjacency_power" => Signature::plain(
            &["graph_algebra::adjacency_power"],
            "adjacency_power(&{adjacency}, {n})",
            &[("power", "")],
        ),
        "figure_6" => figure_6(step)?,
        "message" => Signature::plain(
            &["graph_convolution::message"],
            "message(&{features}, &{edge_index})",
            &[("messages", "")],
        ),
        "update" => Signature::plain(
            &["graph_convolution::update", "types::GraphConvolutionWeights"],
            "update(&{features}, &{messages}, &weights)",
            OUTPUT,
        )
        .after(CONVOLUTION),
        "matrix_graph_convolution" => Signature::plain(
            &[
                "graph_convolution::matrix_graph_convolution",
                "types::GraphConvolutionWeights",
            ],
            "matrix_graph_convolution(&{features}, &{edge_index}, &weights)",
            OUTPUT,
        )
        .after(CONVOLUTION),
        "graph_attention" => graph_attention(),
        "complete_graph" => Signature::plain(
            &["attention_graph::complete_graph"],
            "complete_graph({nodes}, {self_loops})",
            // The order of the edges is free: self loops first, then by source and destination.
            &[("edge_index", SORTED_EDGES)],
        )
        .taking("edges"),
        "gnn_update" => gnn_update(),
        "attention_as_gnn" => Signature::plain(
            &[
                "attention_graph::attention_as_gnn",
                "sequence_types::MessageAttentionWeights",
            ],
            "attention_as_gnn(&{features}, &{edge_index}, &weights)",
            OUTPUT,
        )
        .after(&[
            "let weights = MessageAttentionWeights {",
            "    query: {query}.shallow_clone(),",
            "    key: {key}.shallow_clone(),",
            "    value: {value}.shallow_clone(),",
            "};",
        ]),
        _ => return None,
    })
}

const SORTED_EDGES: &str = "{ let not_a_loop = edges.get(0).ne_tensor(&edges.get(1)).to_kind(Kind::Int64); \
     let order = (not_a_loop * 1_000_000 + edges.get(0) * 1_000 + edges.get(1)).argsort_stable(true, 0, false); \
     edges.index_select(1, &order) }";

fn figure_6(step: &Step) -> Option<Signature> {
    let number = step.arguments.get("matrix")?.item()? as usize;
    let (uses, call) = FIGURE_6.get(number)?;
    Some(
        Signature::plain(
            uses,
            call,
            &[(
                "matrix",
                "Tensor::from_slice(&rows.concat()).view([rows.len() as i64, rows[0].len() as i64])",
            )],
        )
        .taking("rows"),
    )
}

/// The order of the edges is free: by destination and source.
fn graph_attention() -> Signature {
    Signature::plain(
        &["graph_attention::graph_attention", "types::GraphAttentionWeights"],
        "graph_attention(&{features}, &{edge_index}, &weights)",
        &[
            ("output", "result.output"),
            ("attention", "result.attention.index_select(0, &by_destination(&result.edge_index))"),
            ("edge_index", "result.edge_index.index_select(1, &by_destination(&result.edge_index))"),
        ],
    )
    .after(&[
        "let weights = GraphAttentionWeights {",
        "    weight: {weight}.shallow_clone(),",
        "    attention: {attention}.shallow_clone(),",
        "};",
        "// The order of the edges is free, so they are sorted.",
        "let by_destination = |edges: &Tensor| (edges.get(1) * 1_000_000 + edges.get(0)).argsort_stable(true, 0, false);",
    ])
    .taking("result")
}

fn gnn_update() -> Signature {
    Signature::plain(
        &["attention_graph::gnn_update"],
        "gnn_update(&{features}, &{edge_index}, &message, &combine)",
        OUTPUT,
    )
    .after(&[
        "let message = |h: &Tensor| (h.matmul(&{message_weight}.transpose(0, 1)) + &{message_bias}).relu();",
        "let combine = |h: &Tensor, sum: &Tensor| {",
        "    let (own, sum) = (h.matmul(&{own_weight}.transpose(0, 1)), sum.matmul(&{sum_weight}.transpose(0, 1)));",
        "    (own + sum + &{combined_bias}).relu()",
        "};",
    ])
}
