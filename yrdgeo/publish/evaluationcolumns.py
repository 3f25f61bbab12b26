"""What the columns of the evaluations are called for people, in Chinese and English."""

EVALUATION_COLUMNS: dict[str, tuple[str, str]] = {
    "evaluation_id": ("评估编号 Evaluation", "Id of the study file"),
    "group": (
        "组别 Group",
        "all; adjacent or leapfrog, against cities never helped; difference: leapfrog − adjacent",
    ),
    "t": ("t值 t", "Estimate over its standard error"),
    "p_randomisation": (
        "随机化p值 p by randomisation",
        "Of t, the treatment given to other cities; believe the larger of the two p",
    ),
    "p_wild": (
        "自助法p值 p by wild bootstrap",
        "Of t, clustered by city, no effect imposed; believe the larger of the two p",
    ),
    "n_units": ("城市数 Cities", "Helped and not"),
    "n_obs": ("观测数 City-years", ""),
    "pre_trend": ("此前趋势差 Slope before", "Of helped over other cities, a year"),
    "pre_trend_p": ("此前趋势p值 p of the slope before", "By randomisation"),
    "leads_f": ("前期联合检验F F of the leads", "All years before the start together"),
    "leads_p": ("前期联合检验p值 p of the leads", "By randomisation"),
    "event_year": ("事件年 Year since the start", "0: first year with an effect; −1: the base"),
    "chance_low": ("随机下限 Low by chance", "95 % of estimates with other cities treated"),
    "chance_high": ("随机上限 High by chance", "95 % of estimates with other cities treated"),
    "regression": ("回归估计值 By regression", "Dummy a year; empty with several starts"),
    "regression_error": ("回归标准误 Error of the regression", "CR1, clustered by city"),
    "treated": ("受帮扶均值 Mean of the helped", "In the unit of the evaluation"),
    "control": ("其他城市均值 Mean of the others", "In the unit of the evaluation"),
    "difference": ("差值 Difference", "Helped − others"),
    "after": ("起始之后 After the start", ""),
}
