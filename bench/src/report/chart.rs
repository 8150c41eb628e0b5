//! `bench/results/<question>.svg`: bars beside each other, one for each side, grouped by case.
//!
//! Written by hand: the crates for charts draw axes and legends, bring a dozen dependencies, and their horizontal bars have no whiskers. This takes a few rectangles.

use super::figure::{number, spread, title};
use crate::{
    model::{Answered, Series},
    statistics::Measured,
};
use std::fmt::Write;

/// A bar chart of what the question is about: the metric of its first goal, or of its first series. Nothing if there is nothing to draw.
///
/// The bar is the median, the line through its end reaches from the smallest to the largest value.
#[must_use]
pub fn chart(answered: &Answered) -> Option<String> {
    let metric = match answered.goals.first() {
        Some(goal) => &goal.metric,
        None => &answered.series.first()?.metric,
    };
    let bars: Vec<_> = answered
        .series
        .iter()
        .filter(|series| series.metric == *metric)
        .filter_map(|series| Some((series, Measured::of(&series.values)?)))
        .collect();
    let largest = bars.iter().map(|(_, measured)| measured.max).fold(0.0, f64::max);
    if largest <= 0.0 {
        return None;
    }
    let mut drawing = Drawing { text: String::new(), y: TOP, scale: BARS_WIDTH / largest };
    let mut cases: Vec<&str> = Vec::new();
    for (series, _) in &bars {
        if !cases.contains(&series.case.as_str()) {
            cases.push(&series.case);
        }
    }
    for case in cases {
        drawing.heading(case);
        for (series, measured) in bars.iter().filter(|(series, _)| series.case == case) {
            drawing.bar(series, *measured);
        }
        drawing.y += GAP;
    }
    let heading = escaped(&format!("{} ({})", answered.title, title(metric)));
    let height = drawing.y + GAP;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <title>{heading}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{MARGIN}\" y=\"24\" font-size=\"15\" font-weight=\"600\" fill=\"#1f2328\">{heading}</text>\n\
         {}</svg>\n",
        drawing.text
    ))
}

struct Drawing {
    text: String,
    y: f64,
    scale: f64,
}

impl Drawing {
    fn heading(&mut self, case: &str) {
        if case.is_empty() {
            return;
        }
        let (y, case) = (self.y + 14.0, escaped(case));
        self.line(&format!("<text x=\"{MARGIN}\" y=\"{y}\" fill=\"#59636e\">{case}</text>"));
        self.y += 22.0;
    }

    fn bar(&mut self, series: &Series, measured: Measured) {
        let Self { y, scale, .. } = *self;
        let at = |value: f64| BARS + value.max(0.0) * scale;
        let (end, low, high) = (at(measured.median), at(measured.min), at(measured.max));
        let fill = if series.side == OURS { "#0969da" } else { "#8c959f" };
        let (middle, baseline) = (y + BAR / 2.0, y + BAR - 4.0);
        let side = escaped(&series.side);
        self.line(&format!(
            "<text x=\"{}\" y=\"{baseline}\" text-anchor=\"end\" fill=\"#1f2328\">{side}</text>",
            BARS - 8.0
        ));
        self.line(&format!(
            "<rect x=\"{BARS}\" y=\"{y}\" width=\"{:.1}\" height=\"{BAR}\" fill=\"{fill}\"><title>{side}: {}</title></rect>",
            end - BARS,
            spread(measured)
        ));
        self.line(&format!(
            "<path d=\"M{low:.1} {middle}H{high:.1}\" stroke=\"#1f2328\" stroke-width=\"1.5\"/>"
        ));
        self.line(&format!(
            "<text x=\"{:.1}\" y=\"{baseline}\" fill=\"#1f2328\">{}</text>",
            end.max(high) + 8.0,
            number(measured.median)
        ));
        self.y += BAR + 6.0;
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Drawn in colour.
const OURS: &str = "wayleave";
const WIDTH: f64 = 760.0;
const MARGIN: f64 = 16.0;
const TOP: f64 = 40.0;
const GAP: f64 = 10.0;
const BAR: f64 = 18.0;
/// Where bars begin, behind the names.
const BARS: f64 = 200.0;
const BARS_WIDTH: f64 = 460.0;
