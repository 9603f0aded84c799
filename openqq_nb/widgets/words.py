"""What every widget may have to say."""

from openqq_nb.languages import Table

COMMON: Table = {
    "kernel_ended": (
        "The kernel that this widget belonged to has ended, or cannot be reached. Run the cell again.",
        "这个部件所属的内核已经结束，或无法连接。请重新运行单元格。",
    ),
    "page_broken": (
        "This widget could not be drawn: {error}. Run the cell again; if it stays so, please report it.",
        "这个部件无法显示：{error}。请重新运行单元格；如果仍然如此，请报告这个问题。",
    ),
    "closed": ("this widget was closed", "这个部件已经关闭"),
}
