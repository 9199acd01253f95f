//! Lines of an invoice (EN 16931, BG-25), and the allowances and charges on the whole of it (BG-20, BG-21).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    codes::Currency,
    money,
    tax::{
        self, Rest, TaxGroup, Taxed, Totals,
        treatment::{Treatment, TreatmentInput, Usual},
    },
};
use crate::error::{Error, Result};

/// Lines that one invoice may have, allowances and charges included.
pub const LINES_MAX: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Something that was sold (BG-25).
    Item,
    /// Taken off the whole (BG-20).
    Allowance,
    /// Put on the whole (BG-21).
    Charge,
}

impl LineKind {
    pub const ALL: [Self; 3] = [Self::Item, Self::Allowance, Self::Charge];

    pub fn name(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Allowance => "allowance",
            Self::Charge => "charge",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: LineKind,
    pub description: String,
    /// Up to 6 decimals; below zero takes back what an earlier line gives. 1 for allowances and charges.
    pub quantity: Decimal,
    /// Before tax, up to 6 decimals, never below zero (BR-27).
    pub unit_price: Decimal,
    /// Where the price was given with its tax.
    pub with_tax: Option<WithTax>,
    /// Percent off quantity × price; of an allowance the percentage of the whole that it is, where it is one (BT-94).
    pub discount_percent: Decimal,
    /// What was said of the tax. The rest of the treatment followed, and follows anew as long as the invoice is a draft.
    pub asked: TreatmentInput,
    pub treatment: Treatment,
    /// `quantity × unit_price × (1 − discount)`, rounded to the currency (BT-131); below zero for an allowance. Where the
    /// price was given with its tax, what is before tax of [`WithTax::amount`].
    pub net: Decimal,
    /// Of corrections alone.
    pub rest: Rest,
}

/// A price that holds tax and surcharge, and what it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithTax {
    pub unit_price: Decimal,
    /// `quantity × unit_price × (1 − discount)`, rounded to the currency.
    pub amount: Decimal,
}

/// A line as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInput {
    pub description: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub discount_percent: Decimal,
    pub tax: TreatmentInput,
}

/// Something put on (above zero) or taken off (below zero) the whole invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustmentInput {
    pub description: String,
    pub amount: Decimal,
    pub tax: TreatmentInput,
}

/// What is to stand on an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentInput {
    pub lines: Vec<LineInput>,
    /// Percent off the whole, with the text that stands for it.
    pub discount: Option<(Decimal, String)>,
    pub adjustments: Vec<AdjustmentInput>,
    /// Prices and adjustments hold tax and surcharge already.
    pub prices_include_tax: bool,
}

impl ContentInput {
    /// What was asked for where it led to these lines, so that it can be worked out anew.
    pub fn of(lines: &[Line]) -> Self {
        let mut input = Self::default();
        for line in lines {
            let (description, tax) = (line.description.clone(), line.asked);
            let unit_price = line.with_tax.map_or(line.unit_price, |with_tax| with_tax.unit_price);
            let (quantity, discount_percent) = (line.quantity, line.discount_percent);
            input.prices_include_tax |= line.with_tax.is_some();
            match line.kind {
                LineKind::Item => {
                    input.lines.push(LineInput { description, quantity, unit_price, discount_percent, tax });
                }
                LineKind::Allowance if !discount_percent.is_zero() => {
                    input.discount = Some((discount_percent, description));
                }
                LineKind::Allowance | LineKind::Charge => {
                    let amount = if line.kind == LineKind::Charge { unit_price } else { -unit_price };
                    input.adjustments.push(AdjustmentInput { description, amount, tax });
                }
            }
        }
        input
    }
}

/// Prices everything. A discount on the whole becomes an allowance for each tax treatment, since each bears its own tax.
pub fn compose(input: &ContentInput, usual: Usual, currency: Currency) -> Result<Vec<Line>> {
    let with_tax = input.prices_include_tax;
    let item = |(index, line)| Line::item(line, index, with_tax, usual, currency);
    let mut lines = input.lines.iter().enumerate().map(item).collect::<Result<Vec<_>>>()?;
    if let Some((percent, description)) = &input.discount {
        lines.extend(discount(&lines, *percent, description, currency));
    }
    let treatments: Vec<Treatment> = lines.iter().map(|line| line.treatment).collect();
    for (index, adjustment) in input.adjustments.iter().enumerate() {
        lines.push(Line::adjustment(adjustment, index, &treatments, with_tax, usual, currency)?);
    }
    if input.lines.is_empty() || lines.len() > LINES_MAX {
        let accepted = format!("1 to {LINES_MAX} lines, discounts and charges included");
        return Err(Error::invalid("lines", format!("there are {}", lines.len()), accepted));
    }
    take_tax_out(&mut lines, currency);
    Ok(lines)
}

/// Prices what is asked for: the lines, and what they come to.
pub fn price(input: &ContentInput, usual: Usual, currency: Currency) -> Result<(Vec<Line>, Totals)> {
    let lines = compose(input, usual, currency)?;
    let totals = totals(&lines, currency)?;
    Ok((lines, totals))
}

pub fn totals(lines: &[Line], currency: Currency) -> Result<Totals> {
    tax::totals(&lines.iter().map(Line::taxed).collect::<Vec<_>>(), currency)
}

pub fn groups(lines: &[Line], currency: Currency) -> Vec<TaxGroup> {
    tax::groups(lines.iter().map(Line::taxed), currency)
}

/// What the client withholds at each rate.
pub fn withheld(lines: &[Line], currency: Currency) -> BTreeMap<Decimal, Decimal> {
    tax::withheld(lines.iter().map(Line::taxed), currency)
}

fn discount(items: &[Line], percent: Decimal, description: &str, currency: Currency) -> Vec<Line> {
    let mut bases: Vec<(&Line, Decimal)> = Vec::new();
    for item in items {
        match bases.iter_mut().find(|(first, _)| first.treatment == item.treatment) {
            Some((_, base)) => *base += item.amount(),
            None => bases.push((item, item.amount())),
        }
    }
    let taken =
        |(first, base): (_, Decimal)| (first, money::round(base * percent / Decimal::ONE_HUNDRED, currency));
    let allowance = |(first, amount): (&Line, Decimal)| {
        let whole = Line::whole(description.to_owned(), -amount, first.with_tax.is_some(), first.treatment);
        Line { discount_percent: percent, ..whole }
    };
    bases.into_iter().map(taken).filter(|(_, amount)| !amount.is_zero()).map(allowance).collect()
}

/// The net amounts of lines priced with tax. Those of one group add up to what is before tax of their sum, rounded once:
/// each line gets what its group has come to with it, less what it had come to before.
fn take_tax_out(lines: &mut [Line], currency: Currency) {
    let mut sums = BTreeMap::<tax::Key, (Decimal, Decimal)>::new();
    for line in lines {
        let Some(WithTax { amount, .. }) = line.with_tax else { continue };
        let (gross, net) = sums.entry(line.treatment.key()).or_default();
        *gross += amount;
        let up_to_here = money::round(line.treatment.without_tax(*gross), currency);
        line.net = up_to_here - *net;
        *net = up_to_here;
    }
}

/// In words, how the tax of lines differs from that of the same lines worked out anew.
pub fn changes(before: &[Line], now: &[Line]) -> Vec<String> {
    let differs = |((place, before), (_, now)): ((String, &Line), (String, &Line))| {
        let parts = before.treatment.parts().into_iter().zip(now.treatment.parts());
        let parts: Vec<String> = parts
            .filter(|(before, now)| before != now)
            .map(|((name, before), (_, now))| format!("{name} {before}, now {now}"))
            .collect();
        (!parts.is_empty()).then(|| format!("{place}: {}", parts.join(", ")))
    };
    places(before).into_iter().zip(places(now)).filter_map(differs).collect()
}

/// Where each line was said to stand, such as `adjustments[0]`. A discount on the whole goes with the lines.
pub fn places(lines: &[Line]) -> Vec<(String, &Line)> {
    let (items, whole): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.kind == LineKind::Item);
    let adjustments = whole.into_iter().filter(|line| line.discount_percent.is_zero());
    let items = items.into_iter().enumerate().map(|(index, line)| (format!("lines[{index}]"), line));
    let adjustments = adjustments.enumerate().map(|(index, line)| (format!("adjustments[{index}]"), line));
    items.chain(adjustments).collect()
}

impl Line {
    /// Works out a line's amount. `index` is where it stands, for the error.
    fn item(
        input: &LineInput,
        index: usize,
        with_tax: bool,
        usual: Usual,
        currency: Currency,
    ) -> Result<Self> {
        let place = format!("lines[{index}]");
        let field = |name: &str| format!("{place}.{name}");
        let LineInput { description, quantity, unit_price, discount_percent, tax } = input;
        if quantity.is_zero() {
            return Err(Error::invalid(field("quantity"), "is zero", "any other number"));
        }
        if *unit_price < Decimal::ZERO {
            let accepted = "zero or more; to take something back, make the quantity negative";
            return Err(Error::invalid(field("unit_price"), format!("{unit_price} is below zero"), accepted));
        }
        let factor = (Decimal::ONE_HUNDRED - discount_percent) / Decimal::ONE_HUNDRED;
        let whole = quantity.checked_mul(*unit_price);
        let whole = whole.map(|whole| money::bounded(field("net"), whole)).transpose()?;
        let amount = whole
            .and_then(|whole| whole.checked_mul(factor))
            .ok_or_else(|| Error::invalid(field("net"), "is too large", "amounts below 1000000000000"))?;
        let line = Self {
            kind: LineKind::Item,
            description: description.clone(),
            quantity: *quantity,
            unit_price: *unit_price,
            with_tax: None,
            discount_percent: *discount_percent,
            asked: *tax,
            treatment: Treatment::resolve(tax, usual, &place)?,
            net: money::round(amount, currency),
            rest: Rest::default(),
        };
        Ok(if with_tax { line.priced_with_tax() } else { line })
    }

    fn adjustment(
        input: &AdjustmentInput,
        index: usize,
        lines: &[Treatment],
        with_tax: bool,
        usual: Usual,
        currency: Currency,
    ) -> Result<Self> {
        let place = format!("adjustments[{index}]");
        let amount = money::exact(format!("{place}.amount"), input.amount, currency)?;
        if amount.is_zero() {
            return Err(Error::invalid(
                format!("{place}.amount"),
                "is zero",
                "below zero to take off, above to put on",
            ));
        }
        let treatment = Treatment::on_the_whole(&input.tax, lines, usual, &place)?;
        Ok(Self { asked: input.tax, ..Self::whole(input.description.clone(), amount, with_tax, treatment) })
    }

    fn whole(description: String, amount: Decimal, with_tax: bool, treatment: Treatment) -> Self {
        let line = Self {
            kind: if amount < Decimal::ZERO { LineKind::Allowance } else { LineKind::Charge },
            description,
            quantity: Decimal::ONE,
            unit_price: amount.abs(),
            with_tax: None,
            discount_percent: Decimal::ZERO,
            asked: TreatmentInput::default(),
            treatment,
            net: amount,
            rest: Rest::default(),
        };
        if with_tax { line.priced_with_tax() } else { line }
    }

    /// What a correction takes back at one treatment: so much before tax, and of its tax what `rest` says.
    pub fn taking_back(description: &str, treatment: Treatment, net: Decimal, rest: Rest) -> Self {
        Self {
            kind: LineKind::Item,
            description: description.to_owned(),
            quantity: if net < Decimal::ZERO { Decimal::ONE } else { Decimal::NEGATIVE_ONE },
            unit_price: net.abs(),
            with_tax: None,
            discount_percent: Decimal::ZERO,
            asked: TreatmentInput::default(),
            treatment,
            net: -net,
            rest,
        }
    }

    /// The same with the price read as one that holds the tax; [`take_tax_out`] works the net amount out.
    fn priced_with_tax(self) -> Self {
        let with_tax = Some(WithTax { unit_price: self.unit_price, amount: self.net });
        let unit_price = money::fine(self.treatment.without_tax(self.unit_price));
        Self { unit_price, with_tax, ..self }
    }

    /// What it comes to as it was priced: with tax, or before.
    fn amount(&self) -> Decimal {
        self.with_tax.map_or(self.net, |with_tax| with_tax.amount)
    }

    /// What its tax is worked out from.
    fn taxed(&self) -> Taxed {
        let gross = self.with_tax.map(|with_tax| with_tax.amount);
        Taxed { treatment: self.treatment, net: self.net, gross, rest: self.rest }
    }

    /// One line in words, for the history: `2 × "Logo" at 150.5, less 10%, standard 21% (tax_rate said)`. What somebody typed
    /// is quoted; last come the parts of the tax that were said and do not follow.
    pub fn describe(&self) -> String {
        let part = |text: &str, percent: Decimal| match percent {
            none if none.is_zero() => String::new(),
            percent => format!(", {text} {}%", percent.normalize()),
        };
        let what = match self.kind {
            LineKind::Item => {
                let (price, held) = match self.with_tax {
                    Some(with_tax) => (with_tax.unit_price, " with tax"),
                    None => (self.unit_price, ""),
                };
                let (quantity, price) = (self.quantity.normalize(), price.normalize());
                let less = part("less", self.discount_percent);
                format!("{quantity} × {:?} at {price}{held}{less}", self.description)
            }
            LineKind::Allowance | LineKind::Charge => {
                format!("{} {:?}: {}", self.kind.name(), self.description, self.net.normalize())
            }
        };
        let Treatment { category, rate, exemption, surcharge_rate, withholding_rate } = self.treatment;
        let basis = exemption.map(|exemption| format!(" {}", exemption.code())).unwrap_or_default();
        let (surcharge, withholding) =
            (part("surcharge", surcharge_rate), part("withholding", withholding_rate));
        let said = match self.asked.said() {
            none if none.is_empty() => none,
            said => format!(" ({} said)", said.replace(' ', ", ")),
        };
        format!("{what}, {}{basis} {}%{surcharge}{withholding}{said}", category.name(), rate.normalize())
    }
}

#[cfg(test)]
mod tests;
