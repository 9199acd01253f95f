//! What is to stand on an invoice, as the tools take it.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    domain::{
        codes::{Currency, Language},
        decimal,
        line::{AdjustmentInput, ContentInput, LineInput},
        money,
        tax::{
            category::{Category, Exemption, Scheme},
            treatment::TreatmentInput,
        },
        text,
    },
    error::{Error, Result},
    mcp::args::{Flag, Number, Text, amount, given},
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct ContentArgs {
    /// 1 to 500; or give net_amount and description instead. Lines, discount and adjustments are replaced together.
    lines: Option<Vec<LineArgs>>,
    /// Before tax; makes a single line together with description and the tax fields.
    net_amount: Option<Number>,
    /// Of the single line.
    description: Option<Text>,
    /// Percent off the whole.
    discount_percent: Option<Number>,
    /// On the whole: a charge such as postage, or with an amount below zero an allowance.
    adjustments: Option<Vec<AdjustmentArgs>>,
    /// Prices and adjustments hold the tax already: the total is their sum.
    prices_include_tax: Option<Flag>,
    /// iva, igic or ipsi; the business's where absent.
    tax_scheme: Option<Text>,
    /// ISO 4217; the business's where absent.
    currency: Option<Text>,
}

/// The tax of a line; of the single line, or of all lines that say nothing else.
#[derive(Deserialize, JsonSchema)]
pub(super) struct TaxArgs {
    /// standard, reduced, zero, exempt, reverse_charge, export, intra_eu or outside_scope; follows from the rate where absent.
    tax_category: Option<Text>,
    /// Percent; the business's default where absent. Where no tax is due, say why instead: exemption or tax_category.
    tax_rate: Option<Number>,
    /// Legal basis of a line without tax: E1 to E6, N1 or N2.
    exemption: Option<Text>,
    /// Percent of recargo de equivalencia; the usual one for goods to clients in that regime, 0 for services.
    surcharge_rate: Option<Number>,
    /// Percent of IRPF withheld; the business's default where absent.
    withholding_rate: Option<Number>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LineArgs {
    description: Text,
    /// Up to 6 decimals; 1 where absent.
    quantity: Option<Number>,
    /// Up to 6 decimals.
    unit_price: Number,
    /// Percent.
    discount_percent: Option<Number>,
    tax_category: Option<Text>,
    tax_rate: Option<Number>,
    exemption: Option<Text>,
    surcharge_rate: Option<Number>,
    withholding_rate: Option<Number>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AdjustmentArgs {
    description: Text,
    /// Above zero a charge, below zero an allowance.
    amount: Number,
    /// Its tax is that of the lines; say it where those differ.
    tax_category: Option<Text>,
    tax_rate: Option<Number>,
    exemption: Option<Text>,
    withholding_rate: Option<Number>,
}

impl TaxArgs {
    fn parse(&self, place: &str) -> Result<TreatmentInput> {
        let field = |name: &str| format!("{place}{name}");
        let percent = |name: &str, number: &Option<Number>| {
            number.as_ref().map(|Number(text)| decimal::percent(field(name), text)).transpose()
        };
        let category = given(self.tax_category.as_ref());
        let exemption = given(self.exemption.as_ref());
        Ok(TreatmentInput {
            category: category.map(|name| Category::parse(field("tax_category"), name)).transpose()?,
            rate: percent("tax_rate", &self.tax_rate)?,
            exemption: exemption.map(|code| Exemption::parse(field("exemption"), code)).transpose()?,
            surcharge_rate: percent("surcharge_rate", &self.surcharge_rate)?,
            withholding_rate: percent("withholding_rate", &self.withholding_rate)?,
        })
    }

    /// The first field that was sent.
    fn sent(&self) -> Option<&'static str> {
        let Self { tax_category, tax_rate, exemption, surcharge_rate, withholding_rate } = self;
        let all = [
            ("tax_category", tax_category.is_some()),
            ("tax_rate", tax_rate.is_some()),
            ("exemption", exemption.is_some()),
            ("surcharge_rate", surcharge_rate.is_some()),
            ("withholding_rate", withholding_rate.is_some()),
        ];
        all.into_iter().find(|(_, sent)| *sent).map(|(name, _)| name)
    }
}

impl LineArgs {
    fn parse(self, index: usize) -> Result<LineInput> {
        let Self { tax_category, tax_rate, exemption, surcharge_rate, withholding_rate, .. } = self;
        let field = |name: &str| format!("lines[{index}].{name}");
        let fine =
            |name: &str, Number(text): &Number| decimal::parse(field(name), text, decimal::FINE_DECIMALS);
        let discount = self.discount_percent.as_ref();
        Ok(LineInput {
            description: text::line(field("description"), &self.description.0, text::NAME_MAX)?,
            quantity: self.quantity.as_ref().map_or(Ok(Decimal::ONE), |number| fine("quantity", number))?,
            unit_price: fine("unit_price", &self.unit_price)?,
            discount_percent: discount.map_or(Ok(Decimal::ZERO), |Number(text)| {
                decimal::percent(field("discount_percent"), text)
            })?,
            tax: TaxArgs { tax_category, tax_rate, exemption, surcharge_rate, withholding_rate }
                .parse(&field(""))?,
        })
    }
}

impl AdjustmentArgs {
    fn parse(self, index: usize) -> Result<AdjustmentInput> {
        let Self { description, amount, tax_category, tax_rate, exemption, withholding_rate } = self;
        let field = |name: &str| format!("adjustments[{index}].{name}");
        Ok(AdjustmentInput {
            description: text::line(field("description"), &description.0, text::NAME_MAX)?,
            amount: decimal::parse(field("amount"), &amount.0, 4)?,
            tax: TaxArgs { tax_category, tax_rate, exemption, withholding_rate, surcharge_rate: None }
                .parse(&field(""))?,
        })
    }
}

impl ContentArgs {
    pub(super) fn currency(&self) -> Result<Option<Currency>> {
        given(self.currency.as_ref()).map(|code| Currency::parse("currency", code)).transpose()
    }

    pub(super) fn scheme(&self) -> Result<Option<Scheme>> {
        given(self.tax_scheme.as_ref()).map(|name| Scheme::parse("tax_scheme", name)).transpose()
    }

    /// What is to stand on the invoice; `None` where nothing is said of it.
    pub(super) fn content(
        self,
        tax: TaxArgs,
        currency: Currency,
        language: Language,
    ) -> Result<Option<ContentInput>> {
        let net = amount("net_amount", self.net_amount.as_ref())?;
        let either = "either lines, or net_amount with a description";
        let of_single_line = self.description.as_ref().map(|_| "description").or_else(|| tax.sent());
        let lines = match (self.lines, net) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid("net_amount", "was given together with lines", either));
            }
            (Some(lines), None) => {
                if let Some(field) = of_single_line {
                    return Err(Error::invalid(field, "is of the single line; lines have their own", either));
                }
                let parse = |(index, line): (usize, LineArgs)| line.parse(index);
                lines.into_iter().enumerate().map(parse).collect::<Result<_>>()?
            }
            (None, Some(net)) => {
                vec![single_line(net, self.description.as_ref(), &tax, currency)?]
            }
            (None, None) => {
                let of_all_lines = [
                    ("discount_percent", self.discount_percent.is_some()),
                    ("adjustments", self.adjustments.is_some()),
                    ("prices_include_tax", self.prices_include_tax.is_some()),
                ];
                let of_all_lines = of_all_lines.into_iter().find(|(_, given)| *given).map(|(field, _)| field);
                return match of_single_line.or(of_all_lines) {
                    Some(field) => {
                        Err(Error::invalid(field, "was given without lines or net_amount", either))
                    }
                    None => Ok(None),
                };
            }
        };
        let adjustments = self.adjustments.into_iter().flatten().enumerate();
        Ok(Some(ContentInput {
            lines,
            discount: self.discount_percent.map(|number| discount(&number, language)).transpose()?,
            adjustments: adjustments
                .map(|(index, adjustment)| adjustment.parse(index))
                .collect::<Result<_>>()?,
            prices_include_tax: self.prices_include_tax.is_some_and(|flag| flag.0),
        }))
    }
}

fn single_line(
    net: Decimal,
    description: Option<&Text>,
    tax: &TaxArgs,
    currency: Currency,
) -> Result<LineInput> {
    let net = money::exact("net_amount", net, currency)?;
    if net < Decimal::ZERO {
        let accepted = "zero or more; to take something back, a line of lines with a quantity below zero";
        return Err(Error::invalid("net_amount", format!("{net} is below zero"), accepted));
    }
    let Some(description) = given(description) else {
        return Err(Error::invalid("description", "is missing", "what net_amount is for"));
    };
    Ok(LineInput {
        description: text::line("description", description, text::NAME_MAX)?,
        quantity: Decimal::ONE,
        unit_price: net,
        discount_percent: Decimal::ZERO,
        tax: tax.parse("")?,
    })
}

/// A discount on the whole, and the text that stands for it on the document.
fn discount(Number(percent): &Number, language: Language) -> Result<(Decimal, String)> {
    let percent = decimal::percent("discount_percent", percent)?;
    let text = match language.code() {
        "es" => format!("Descuento {} %", percent.normalize()).replace('.', ","),
        _ => format!("Discount {}%", percent.normalize()),
    };
    Ok((percent, text))
}
